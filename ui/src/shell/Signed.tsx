import { Button, Center, Loader } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, Navigate, useLocation, useParams } from 'react-router';
import { ApiError } from '../api/client';
import { useMe } from '../api/queries';
import { useLanguage } from '../i18n/i18n';
import { landingProject, lastProject, rememberProject } from '../lib/landing';
import { Delayed } from '../ui/Delayed';
import { Notice } from '../ui/Notice';
import { Problem } from '../ui/Problem';
import { AccountContext } from './account';
import { Shell } from './Shell';

function Waiting() {
  return (
    <Center h="100%">
      <Delayed>
        <Loader size="sm" />
      </Delayed>
    </Center>
  );
}

/** Lets nobody in who is not signed in, and finds the project of the address. */
export function Signed() {
  const me = useMe();
  const { project: wanted } = useParams();
  const location = useLocation();
  const project = me.data?.projects.find((p) => p.id === wanted);
  useEffect(() => {
    if (project) rememberProject(project.id);
  }, [project]);
  if (me.data) {
    if (!project) return <NotFound />;
    return (
      <AccountContext value={{ me: me.data, project, role: me.data.user?.role ?? me.data.token?.role }}>
        <Shell />
      </AccountContext>
    );
  }
  if (me.error instanceof ApiError && me.error.status === 401) {
    return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
  }
  if (me.error) return <Problem error={me.error} onRetry={() => void me.refetch()} />;
  return <Waiting />;
}

/** The address without a view: leads to the sessions of the project that one most likely comes for. */
export function Home() {
  const me = useMe();
  const project = me.data && landingProject(me.data, lastProject());
  if (project) return <Navigate to={`/p/${project}/sessions`} replace />;
  if (me.data) return <NotFound />;
  if (me.error instanceof ApiError && me.error.status === 401) return <Navigate to="/login" replace />;
  if (me.error) return <Problem error={me.error} onRetry={() => void me.refetch()} />;
  return <Waiting />;
}

export function NotFound() {
  const { t } = useLanguage();
  return (
    <main>
      <Notice main icon={<IconMapOff size={22} />} title={t.notFound.title} text={t.notFound.text}>
        <Button component={Link} to="/" variant="default">
          {t.notFound.action}
        </Button>
      </Notice>
    </main>
  );
}
