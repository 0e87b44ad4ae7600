import type { Quality } from './quality.ts';

/** How long a customer waits for an answer; whoever answers later has lost the customer. */
export const customerDeadlineMs = 1000;

/**
 * How good an answer is for the customer when it arrives: being in time is a part of it. An order that was not served
 * counts as refused or failed, not as late.
 *
 * @param latencyMs from the moment the customer came
 */
export const atTheCustomer = (quality: Quality, latencyMs: number): Quality =>
  latencyMs <= customerDeadlineMs || quality === 'refused' || quality === 'failed' ? quality : 'late';
