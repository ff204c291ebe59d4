// Inputs of one slot of the block circuit, by name without prefix; and what several kinds of slots share.
import { orderTerms } from "../schema/index.js";

/** Inputs of one slot. */
export type Slot = Readonly<Record<string, bigint | readonly bigint[] | readonly (readonly bigint[])[]>>;

/** 1 or 0. */
export const flag = (value: boolean): bigint => (value ? 1n : 0n);

/** Fields of an order's `OrderTerms` word, in the order of the circuit's input. */
export const TERMS = Object.keys(orderTerms.fields) as (keyof typeof orderTerms.fields)[];
