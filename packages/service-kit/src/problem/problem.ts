import { STATUS_CODES } from 'node:http';
import {
  anything,
  atLeast,
  checkArgument,
  checkOptions,
  integer,
  listOf,
  optional,
  type Rule,
  recordOf,
  textLike,
} from '@ballast/resilience/primitives';
import { z } from 'zod';

/** The media type of every error answer. */
export const problemContentType = 'application/problem+json';

/** RFC 9457 problem details, with a stable machine-readable `code` and, for invalid input, one entry per fault. */
export const problemSchema = z
  .object({
    type: z.string().describe('URI of the problem type; `about:blank` when the status says it all'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable, kebab-case; branch on this, never on the text'),
    detail: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'An error, as described by RFC 9457.' });

export type Problem = z.output<typeof problemSchema>;

/** What an answer may carry besides status, code and detail. */
export interface ProblemExtras {
  /** Sent as `Retry-After`, rounded up to whole seconds. */
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Record<string, string>;
  readonly errors?: Problem['errors'];
  readonly cause?: unknown;
}

const aStatus = integer(400, 599);
const aCode = textLike(/^[a-z][a-z0-9-]*$/, 'a code in kebab-case');
const aDetail: Rule = optional({ expected: 'a string', accepts: (value) => typeof value === 'string' });

const extrasRules = {
  retryAfterMs: atLeast(0),
  headers: recordOf('an object of strings', (value) => typeof value === 'string'),
  errors: listOf('a list of { pointer, detail }', isFault),
  cause: anything,
};

function isFault(value: unknown): boolean {
  const { pointer, detail } = (value ?? {}) as { pointer?: unknown; detail?: unknown };
  return typeof pointer === 'string' && typeof detail === 'string';
}

/** An error that is already an answer: thrown anywhere below a route, sent as problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly headers: Record<string, string>;
  readonly errors: Problem['errors'];

  constructor(status: number, code: string, detail?: string, extras: ProblemExtras = {}) {
    super(detail ?? code, { cause: extras.cause });
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = extras.errors;
    this.headers = { ...extras.headers, ...retryAfter(extras.retryAfterMs) };
  }

  toJSON(): Problem {
    const title = STATUS_CODES[this.status] ?? 'Error';
    const generic = this.code === slug(title);
    return {
      type: generic ? 'about:blank' : `urn:problem-type:ballast:${this.code}`,
      title: generic ? title : sentence(this.code),
      status: this.status,
      code: this.code,
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.errors !== undefined && { errors: this.errors }),
    };
  }
}

/**
 * Makes an error that is answered as problem+json.
 *
 * @throws {InvalidOptionError} for a status that is no error, a code that is no word, or an extra that does not exist
 * @example throw problem(409, 'insufficient-stock', 'Only 2 of SKU-7 are left');
 */
export function problem(status: number, code: string, detail?: string, extras?: ProblemExtras): ProblemError {
  checkArgument('problem', 'status', status, aStatus);
  checkArgument('problem', 'code', code, aCode);
  checkArgument('problem', 'detail', detail, aDetail);
  checkOptions('problem', extras, extrasRules);
  return new ProblemError(status, code, detail, extras);
}

// Retry-After counts whole seconds (RFC 9110); rounding down to 0 would invite an immediate retry.
function retryAfter(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}

function slug(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

function sentence(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
}
