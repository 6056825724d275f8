import { createContext, useContext } from 'react';
import type { Me, Project, Role } from '../api/types';

export interface Account {
  me: Me;
  project: Project;
  role: Role | undefined;
}

export const AccountContext = createContext<Account | null>(null);

/** Who is signed in, and the project that the address names. */
export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) throw new Error('useAccount outside the shell');
  return account;
}
