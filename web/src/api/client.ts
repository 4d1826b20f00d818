// The one way to the server: JSON over fetch, problems as exceptions, the session's token on what
// changes something.
export interface FieldError {
  field: string;
  detail: string;
}

// RFC 9457, as docs/api.md describes it; status 0: no answer came.
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfterS?: number,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }
  // What a form shows beside the field `name`.
  of(name: string): string | undefined {
    return this.errors.find((e) => e.field === name)?.detail;
  }
}

let csrf = '';
let onExpired: () => void = () => {};

export function setCsrf(token: string): void {
  csrf = token;
}
// Called whenever the server says that the session is over.
export function setOnExpired(callback: () => void): void {
  onExpired = callback;
}

export type Params = Record<string, string | number | boolean | undefined>;

export function apiUrl(path: string, params?: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retry = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const body = await response.json();
    return new ApiProblem(
      response.status,
      String(body.code ?? 'unknown'),
      String(body.detail ?? body.title ?? response.statusText),
      Array.isArray(body.errors) ? body.errors : [],
      retry,
    );
  } catch {
    return new ApiProblem(
      response.status,
      'unknown',
      `the server answered ${response.status}`,
      [],
      retry,
    );
  }
}

export interface RequestOptions {
  method?: string;
  params?: Params;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

// The response when it is a good one; throws ApiProblem otherwise.
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-Csrf-Token'] = csrf;
  let response: Response;
  try {
    response = await fetch(apiUrl(path, options.params), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'unreachable', 'the server cannot be reached');
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== 'session' && path !== 'setup') onExpired();
  throw problem;
}

export async function api<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
