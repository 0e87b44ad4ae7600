import type { JsonValue } from '@openfeature/server-sdk';
import { z } from 'zod';
import { textOf } from './file-text.ts';

/** One flag of a flagd-format file, checked. */
export interface FlagDefinition {
  readonly state: 'ENABLED' | 'DISABLED';
  readonly variants: Readonly<Record<string, JsonValue>>;
  /** Without one the default in code decides. */
  readonly defaultVariant?: string | null | undefined;
}

export type ParsedFlagFile =
  | { readonly ok: true; readonly flags: ReadonlyMap<string, FlagDefinition>; readonly json: unknown }
  | { readonly ok: false; readonly reason: string };

const jsonValue: z.ZodType<JsonValue> = z.json();

const flagSchema = z
  .looseObject({
    state: z.enum(['ENABLED', 'DISABLED']),
    variants: z
      .record(z.string(), jsonValue)
      .refine((variants) => Object.keys(variants).length > 0, 'has none'),
    defaultVariant: z.string().nullish(),
    targeting: z.record(z.string(), z.unknown()).nullish(),
  })
  .superRefine((flag, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (Object.keys(flag.targeting ?? {}).length > 0) {
      complain('targeting', 'is not supported: these flags switch a whole process, not one request');
    }
    if (flag.defaultVariant != null && !Object.hasOwn(flag.variants, flag.defaultVariant)) {
      complain('defaultVariant', `names no variant: ${flag.defaultVariant}`);
    }
    if (new Set(Object.values(flag.variants).map((value) => typeof value)).size > 1) {
      complain('variants', 'must all have one type');
    }
  });

const fileSchema = z.looseObject({ flags: z.record(z.string().min(1), flagSchema) });

/**
 * Reads a flagd flag definition (https://flagd.dev/reference/flag-definitions/). A single bad flag rejects the whole
 * file, because half an edit is worse than none. `mustBeBoolean` names the flags that code asks for with `isOn`.
 */
export function parseFlagFile(
  content: string | Buffer,
  mustBeBoolean: readonly string[] = [],
): ParsedFlagFile {
  const text = typeof content === 'string' ? content : textOf(content);
  if (text === undefined) return { ok: false, reason: 'not a text in UTF-8, or in UTF-16 with its mark' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `not JSON: ${(error as Error).message}` };
  }
  const file = fileSchema.safeParse(json);
  if (!file.success) return { ok: false, reason: describe(file.error) };
  const flags = new Map<string, FlagDefinition>(Object.entries(file.data.flags));
  const notBoolean = mustBeBoolean.find((key) => flags.has(key) && !isBoolean(flags.get(key)));
  if (notBoolean) return { ok: false, reason: `flags.${notBoolean}.variants: must be true and false` };
  return { ok: true, flags, json };
}

/** The value of the default variant; `undefined` when the default in code decides. */
export function evaluate(flag: FlagDefinition | undefined): JsonValue | undefined {
  if (flag?.state !== 'ENABLED' || flag.defaultVariant == null) return undefined;
  return flag.variants[flag.defaultVariant];
}

function isBoolean(flag: FlagDefinition | undefined): boolean {
  return Object.values(flag?.variants ?? {}).every((value) => typeof value === 'boolean');
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ');
}
