// Rotating an account's key: the owner stays (docs/protocol.md §4).
import type { DraftContent } from "./block.js";
import { currentCell, requireCell, requireRoom } from "./draft.js";
import type { Effect } from "./effects.js";
import { TransitionError } from "./errors.js";
import type { Operation } from "./operations.js";
import type { SealedOperation } from "./seal.js";
import { isValidPublicKey } from "./signature.js";
import type { State } from "./state.js";

/** A rotated key in a sealed block. */
export interface SealedRotation {
  /** The account's cell. */
  readonly index: number;
  /** The new key. */
  readonly ax: bigint;
  readonly ay: bigint;
  /** The account's owner, as before. */
  readonly owner: bigint;
}

type RotateKey = Extract<Operation, { kind: "rotateKey" }>;

/**
 * Checks a rotation.
 * @throws {TransitionError} `KEY_INVALID` for a key that L1 would refuse, `ACCOUNT_NOT_YET_ROTATABLE` in the block that
 * creates the account, and a second time in a block, `WRONG_ACCOUNT_STATIC` for another owner, `BLOCK_FULL`.
 */
export function planRotation(state: State, content: DraftContent, operation: RotateKey): Effect {
  const { signer, ax, ay, owner } = operation;
  const rotated = content.operations.filter((entry) => entry.signed.operation.kind === "rotateKey");
  requireRoom("rotated keys", rotated.length + 1, content.header.size.rotations);
  const account = requireCell(currentCell(state, content, signer), "account", signer);
  if (content.created.has(signer)) {
    throw new TransitionError(
      "ACCOUNT_NOT_YET_ROTATABLE",
      `Account ${signer} is registered in this block; its key can be rotated from the next one on`,
    );
  }
  if (rotated.some((entry) => entry.signed.operation.signer === signer)) {
    throw new TransitionError(
      "ACCOUNT_NOT_YET_ROTATABLE",
      `The key of account ${signer} is rotated in this block; it can be rotated again from the next one on`,
    );
  }
  if (account.owner !== owner) {
    throw new TransitionError(
      "WRONG_ACCOUNT_STATIC",
      `Account ${signer} has another owner, who can't change`,
    );
  }
  if (!isValidPublicKey({ ax, ay })) {
    throw new TransitionError(
      "KEY_INVALID",
      `The new key of account ${signer} is not on BabyJubJub, or of small order`,
    );
  }
  return {
    touched: [],
    commit: () => {
      const debited = requireCell(content.working.get(signer), "account", signer);
      content.working.set(signer, { ...debited, ax, ay });
    },
  };
}

/** The rotated keys of a block, by account: one each. */
export const sealedRotations = (operations: readonly SealedOperation[]): SealedRotation[] =>
  operations
    .flatMap(({ signed: { operation } }) =>
      operation.kind === "rotateKey"
        ? [{ index: operation.signer, ax: operation.ax, ay: operation.ay, owner: operation.owner }]
        : [],
    )
    .sort((a, b) => a.index - b.index);
