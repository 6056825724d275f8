// The one way to the service: JSON over fetch, with the signed-in browser's cookie.

/** A request that failed. Status 0: the service could not be reached at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** The last part of the problem's type, such as "erased"; empty if the answer was no problem document. */
    readonly slug: string,
    readonly detail: string,
    /** What is wrong with a query, and where. */
    readonly query?: QueryFault,
  ) {
    super(detail || slug || `HTTP ${status}`);
    this.name = 'ApiError';
  }
}

/** Why a query was refused. */
export interface QueryFault {
  /** The stretch that cannot be understood, as code point offsets from 0. */
  position: number;
  end: number;
  /** The reason by its name, such as "unknown-key", and what its sentence is about. */
  code: string;
  args: string[];
  /** What to write instead, in English. */
  hint: string;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

export const apiRoot = '/api/v1';

export function apiPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) search.set(key, String(value));
  }
  const text = search.toString();
  return `${apiRoot}${path}${text ? `?${text}` : ''}`;
}

type ProblemDocument = Partial<Record<'type' | 'title' | 'detail' | 'position' | 'end' | 'code' | 'args' | 'hint', unknown>>;

const words = (value: unknown): string => (typeof value === 'string' ? value : '');

function queryFault({ position, end, code, args, hint }: ProblemDocument): QueryFault | undefined {
  if (typeof position !== 'number') return undefined;
  return { position, end: typeof end === 'number' ? end : position, code: words(code), args: Array.isArray(args) ? args.map(String) : [], hint: words(hint) };
}

async function problem(response: Response): Promise<ApiError> {
  let document: ProblemDocument = {};
  if (response.headers.get('content-type')?.includes('json')) {
    document = (await response.json().catch(() => ({}))) as ProblemDocument;
  }
  const type = words(document.type);
  return new ApiError(response.status, type.slice(type.lastIndexOf('/') + 1), words(document.detail) || words(document.title), queryFault(document));
}

/** Sends a request and returns the answer if it is a success; throws ApiError otherwise. */
export async function send(method: string, path: string, { query, body, signal }: Options = {}): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, 'Content-Type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(apiPath(path, query), init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'offline', '');
  }
  if (!response.ok) throw await problem(response);
  return response;
}

/** Sends a request and returns its JSON, or undefined where the answer has no body. */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, { query, signal });
