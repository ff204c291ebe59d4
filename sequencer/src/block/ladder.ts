// The sizes that a sequencer seals blocks with: which of them, in which order, and which one a content fits. Pure.
import {
  type BlockDraft,
  type BlockHeader,
  createBlockDraft,
  type State,
  TransitionError,
} from "@catalyze/circuits/reference";
import type { BlockSize } from "@catalyze/circuits/schema";
import { type BlockCircuit, programIdOf } from "../config.js";
import { SequencerError } from "../errors.js";

/** A size of the block circuit with its key's id. */
export type KnownBlockCircuit = BlockCircuit & { readonly programId: bigint };

/** Everything of a size that is a capacity. */
const capacities = ({ name: _name, depth: _depth, ...slots }: BlockSize): readonly [string, number][] =>
  Object.entries(slots);

const invalid = (message: string): SequencerError => new SequencerError("SEQUENCER_CONFIG_INVALID", message);

/**
 * The configured sizes, smallest first.
 * @throws {SequencerError} `SEQUENCER_CONFIG_INVALID` when there is none, when two have the same name, id or key, when
 * their depths differ, or when one is larger than another in some kind of slot and smaller in another kind.
 */
export function blockLadder(config: BlockCircuit | readonly BlockCircuit[]): readonly KnownBlockCircuit[] {
  const known = [config].flat().map((circuit) => ({
    ...circuit,
    programId: programIdOf(circuit.verificationKey),
  }));
  const sum = ({ size }: BlockCircuit): number =>
    capacities(size).reduce((total, [, slots]) => total + slots, 0);
  const ladder = known.sort((a, b) => sum(a) - sum(b));
  if (ladder.length === 0) throw invalid("No block size is configured");
  const marks = ladder.flatMap(({ size, sizeId, programId }) => [size.name, sizeId, programId]);
  if (new Set(marks).size !== marks.length) {
    throw invalid("Two block sizes have the same name, the same sizeId or the same key");
  }
  ladder.slice(1).forEach(({ size }, i) => {
    const smaller = ladder[i]!.size;
    if (size.depth !== smaller.depth) {
      throw invalid(
        `Block sizes ${smaller.name} and ${size.name} have depths ${smaller.depth} and ${size.depth}`,
      );
    }
    const room = new Map(capacities(size));
    const worse = capacities(smaller).find(([slot, slots]) => slots > room.get(slot)!);
    if (worse === undefined) return;
    throw invalid(`Block size ${size.name} has room for fewer ${worse[0]} than the smaller ${smaller.name}`);
  });
  return ladder;
}

/** The size that a block was sealed with. @throws {SequencerError} `SEQUENCER_CONFIG_INVALID` when it is not configured. */
export function circuitOfSize(ladder: readonly KnownBlockCircuit[], name: string): KnownBlockCircuit {
  const circuit = ladder.find(({ size }) => size.name === name);
  if (circuit === undefined)
    throw invalid(`Blocks of size ${name} are stored, but the size is not configured`);
  return circuit;
}

/**
 * A draft with the content at the first of the sizes that has room for it. A size decides only how much fits and the times
 * of the slots, so content that one size took is refused by another for want of room alone. `counts` are those of the
 * content: sizes that they show to be too small are not filled in vain.
 * @returns undefined when it fits none of them
 */
export function draftAtSmallest(
  state: State,
  header: BlockHeader,
  sizes: readonly BlockSize[],
  counts: Pick<BlockSize, "requests" | "settlements" | "operations">,
  fill: (draft: BlockDraft) => void,
): BlockDraft | undefined {
  for (const size of sizes) {
    const isHopeless =
      counts.requests > size.requests ||
      counts.settlements > size.settlements ||
      counts.operations > size.operations;
    if (isHopeless) continue;
    const draft = createBlockDraft(state, { ...header, size });
    try {
      fill(draft);
      return draft;
    } catch (error) {
      if (!(error instanceof TransitionError) || error.code !== "BLOCK_FULL") throw error;
    }
  }
  return undefined;
}
