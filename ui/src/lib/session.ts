import type { Catalogue } from '../i18n/catalogue';
import type { Role, Session } from '../api/types';

/** A live session counts as being live now while something came in this lately. */
const liveMs = 60_000;

export function isLive(session: Pick<Session, 'state' | 'receivedAt'>, now: number): boolean {
  return session.state === 'live' && now - session.receivedAt < liveMs;
}

/** Version 7 ids start with their time; their end is what tells two apart. */
export function shortId(id: string): string {
  return id.slice(-6);
}

/** A person's name, e-mail or id; else the short id of the visit. */
export function who(session: Pick<Session, 'id' | 'user'>, t: Catalogue): string {
  const name = session.user.traits?.name;
  if (typeof name === 'string' && name !== '') return name;
  return session.user.email || session.user.id || t.sessions.anonymous(shortId(session.id));
}

/** The path and query of an address, which is what tells pages of one site apart. */
export function pathOf(url: string): string {
  try {
    const { pathname, search, hash } = new URL(url);
    return pathname + search + hash;
  } catch {
    return url; // recorded as it was, even if it is no address
  }
}

const rank: Record<Role, number> = { viewer: 1, member: 2, admin: 3 };

export function allows(role: Role | undefined, need: Role): boolean {
  return role !== undefined && rank[role] >= rank[need];
}
