// What the service's API gives, as described in docs/openapi.yaml. Times are unix
// milliseconds in the server's clock.

export type Role = 'viewer' | 'member' | 'admin';

export interface Project {
  id: string;
  name: string;
  publicKey: string;
  siteOrigins: string[] | null;
  retentionDays: number;
  createdAt: number;
}

export interface Me {
  user: { id: string; email: string; role: Role } | null;
  token: { name: string; role: Role } | null;
  projects: Project[];
  needsPassword: boolean;
  demoUrl: string;
  version: string;
}

export interface Page {
  at: number;
  tab: string;
  url: string;
  title?: string;
}

export interface Counts {
  pages: number;
  clicks: number;
  errors: number;
  consoleErrors: number;
  failedRequests: number;
  responses: number;
  custom: number;
}

export interface Person {
  id?: string;
  email?: string;
  traits?: Record<string, unknown>;
}

export interface Match {
  field: string;
  text: string;
  /** Matched parts as code point offsets into text: start, end, start, end … */
  spans: number[] | null;
}

export interface Session {
  id: string;
  projectId: string;
  state: 'live' | 'sealed';
  startedAt: number;
  endedAt: number;
  receivedAt: number;
  durationMs: number;
  activeMs: number;
  user: Person;
  pages: Page[] | null;
  browser: string;
  os: string;
  device: string;
  country: string;
  language: string;
  release: string;
  referrer: string;
  counts: Counts;
  vitals: Record<string, number> | null;
  events: number;
  rawBytes: number;
  storedBytes: number;
  /** Added to an event's timestamp to get the server's time. */
  clockOffsetMs: number;
}

export interface SessionHit extends Session {
  matches?: Match[] | null;
}

/** A stretch of a tab that is not whole. */
export interface Missing {
  /** Batches fromSeq to toSeq never came; or the first picture of a page never did, and the numbers are -1. */
  why: 'batches' | 'snapshot';
  fromSeq: number;
  toSeq: number;
  from: number;
  to: number;
}

export interface Tab {
  id: string;
  startedAt: number;
  endedAt: number;
  events: number;
  missing?: Missing[] | null;
  playable: boolean;
  /** The time of the first picture; 0: there is none. */
  playableFrom: number;
}

export interface SessionDetail extends Session {
  tabs: Tab[];
}

export interface SessionList {
  items: SessionHit[];
  nextCursor?: string;
  total?: number;
  facets?: Record<string, Record<string, number>> | null;
  /** Changes that the search index has not taken in yet. */
  pending?: number;
}

export const momentKinds = ['page', 'click', 'input', 'error', 'console', 'request', 'response', 'custom', 'identify'] as const;
export type MomentKind = (typeof momentKinds)[number];

export interface Moment {
  at: number;
  kind: MomentKind;
  label: string;
  selector?: string;
  tab?: string;
  data?: Record<string, unknown> | null;
}

export type ResponseKind = 'nps' | 'csat' | 'ces' | 'text';
export type ResponseStatus = 'open' | 'resolved' | 'spam';

export interface FeedbackResponse {
  id: string;
  projectId: string;
  sessionId?: string;
  tab?: string;
  at: number;
  kind: ResponseKind;
  survey?: string;
  score?: number;
  text?: string;
  category?: string;
  url?: string;
  userId?: string;
  status: ResponseStatus;
  createdAt: number;
  complaint: boolean;
}

export interface ResponseList {
  items: FeedbackResponse[];
  nextCursor?: string;
}

export interface Token {
  id: string;
  name: string;
  projectId: string;
  role: Role;
  createdAt: number;
}

export interface CreatedToken extends Token {
  /** The secret; given this once. */
  token: string;
}
