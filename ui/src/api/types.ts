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
  /** How often each of the signals was found. */
  rage: number;
  dead: number;
  errorclick: number;
  quickback: number;
  /** Slow requests and slow pages. */
  slow: number;
  thrash: number;
  abandon: number;
  freeze: number;
  refresh: number;
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
  /** Labels that the site or the team gave the session. */
  tags: string[] | null;
  /** Those of them that the team gave, and can take back. */
  teamTags: string[] | null;
  /** Addresses of the first and the last page. */
  entry?: string;
  exit?: string;
  /** Campaign parameters, without "utm_". */
  utm?: Record<string, string> | null;
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
  /** Nothing has the words as they were typed: these have similar ones. */
  typos?: boolean;
  /** Advice on a query that is understood, but maybe not as it was meant. */
  notes?: QueryNote[];
}

export interface QueryNote {
  code: string;
  args: string[] | null;
  /** The advice in English. */
  text: string;
}

/** What is found in a recording by itself: that somebody was annoyed, waited or gave up. */
export const signalKinds = ['rage', 'dead', 'errorclick', 'slowrequest', 'slowpage', 'vital', 'quickback', 'thrash', 'abandon', 'freeze', 'refresh'] as const;
export type SignalKind = (typeof signalKinds)[number];

export const momentKinds = ['page', 'click', 'input', 'error', 'console', 'request', ...signalKinds, 'response', 'custom', 'identify'] as const;
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

/** What may stand at the cursor of the search field. */
export interface Completion {
  /** The stretch that an item takes the place of, as code point offsets. */
  from: number;
  to: number;
  /** The key whose value is being typed; empty while a key is. */
  key: string;
  items: CompletionItem[] | null;
}

export interface CompletionItem {
  /** What is inserted, as it is. */
  text: string;
  kind: 'key' | 'value' | 'operator';
  help?: string;
  /** How many sessions have it. */
  count?: number;
}

/** A search that a team keeps under a name. */
export interface SavedSearch {
  id: string;
  name: string;
  query: string;
  /** How far back, as the address has it ("7d"); empty: all. */
  period: string;
  sort: Sort;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  /** How many sessions it finds now; -1: its query is refused, or it was not counted in time. */
  count: number;
}

export type Sort = 'newest' | 'oldest' | 'relevance';

export interface FailedIndexing {
  sessionId: string;
  attempts: number;
  error: string;
  retryAt: number;
}

/** How far the search index is. */
export interface Indexing {
  pending: number;
  failing: number;
  /** Since when the oldest change waits; 0: none does. */
  oldestAt: number;
  items: FailedIndexing[] | null;
  rebuild: { running: boolean; done: number; total: number; startedAt: number; endedAt: number; error: string };
}
