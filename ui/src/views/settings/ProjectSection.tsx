import { Button, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useUpdateProject } from '../../api/queries';
import { useLanguage } from '../../i18n/i18n';
import { useAccount } from '../../shell/account';
import { Hint, Rows, Section } from './Section';
import { useSaved } from './useSaved';

/** Ten years: beyond that, "for ever" says it better. */
const retentionDaysMax = 3650;

export function ProjectSection({ admin }: { admin: boolean }) {
  const { t } = useLanguage();
  const { project } = useAccount();
  const [name, setName] = useState(project.name);
  const [days, setDays] = useState<string | number>(project.retentionDays);
  const update = useUpdateProject(project.id);
  const saved = useSaved();
  const changed = name.trim() !== project.name || Number(days) !== project.retentionDays;
  const save = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ name: name.trim(), retentionDays: Number(days) }, saved);
  };
  const p = t.settings.project;
  return (
    <Section id="project" title={p.title}>
      <form onSubmit={save}>
        <Rows>
          <TextInput label={p.name} value={name} onChange={(event) => setName(event.currentTarget.value)} disabled={!admin} error={name.trim() === '' && p.nameNeeded} maxLength={100} />
          <NumberInput
            label={p.retention}
            description={p.retentionHint}
            value={days}
            onChange={setDays}
            min={0}
            max={retentionDaysMax}
            allowDecimal={false}
            suffix={` ${p.days}`}
            disabled={!admin}
          />
          {admin && (
            <Button type="submit" disabled={!changed || name.trim() === '' || days === ''} loading={update.isPending}>
              {t.settings.save}
            </Button>
          )}
        </Rows>
        {!admin && <Hint>{p.adminOnly}</Hint>}
      </form>
    </Section>
  );
}
