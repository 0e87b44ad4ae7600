/**
 * What a run says about the system: `no verdict` when the system was not well before the fault, when the fault was not
 * seen, or when the machine was too busy to tell.
 */
export type Verdict = 'as declared' | 'not as declared' | 'no verdict';
