import { Button, Menu, Select } from '@mantine/core';
import { IconDownload, IconFileTypeCsv, IconJson } from '@tabler/icons-react';
import type { SessionsAsked } from '../../api/queries';
import { type ExportFormat, exportPath } from '../../api/searching';
import type { Sort } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import classes from './Summary.module.css';
import type { Search } from './useSearch';

interface Props {
  total: number | undefined;
  pending: number;
  what: SessionsAsked;
  search: Search;
}

/** How many were found, in which order they stand, and the way to have them all in a file. */
export function Summary({ total, pending, what, search }: Props) {
  const { t } = useLanguage();
  // Without words no match is better than another.
  const orders: Sort[] = search.q === '' ? ['newest', 'oldest'] : ['newest', 'oldest', 'relevance'];
  return (
    <div className={classes.summary}>
      <span role="status" className={classes.counts}>
        {total !== undefined && total >= 0 && <span className={classes.total}>{t.sessions.total(total)}</span>}
        {pending > 0 && <span className={classes.pending}>{t.sessions.pending(pending)}</span>}
      </span>
      {total !== undefined && total > 0 && <Export what={what} />}
      <Select
        variant="unstyled"
        className={classes.sort}
        aria-label={t.sessions.sort}
        data={orders.map((value) => ({ value, label: t.sessions.sorts[value] }))}
        value={orders.includes(search.sort) ? search.sort : 'newest'}
        onChange={(value) => value && search.setSort(value as Sort)}
        allowDeselect={false}
      />
    </div>
  );
}

const icons = { csv: IconFileTypeCsv, ndjson: IconJson };
const formats: ExportFormat[] = ['csv', 'ndjson'];

function Export({ what }: { what: SessionsAsked }) {
  const { t } = useLanguage();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" fw={500} leftSection={<IconDownload size={15} />}>
          {t.sessions.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map((format) => {
          const Icon = icons[format];
          return (
            <Menu.Item key={format} component="a" href={exportPath(what, format)} download leftSection={<Icon size={16} stroke={1.6} />}>
              {t.sessions.exportAs[format]}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
