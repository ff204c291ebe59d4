// Generators: the schema as Circom and as Solidity. Pure functions from the declarations to source text.
import * as cells from "./cells.js";
import {
  CHALLENGE_DOMAIN_TEXT,
  OPERATION_DOMAIN_TEXT,
  POSEIDON_DOMAINS,
  ROYALTY_DOMAIN_TEXT,
  STATEMENT_DOMAIN_TEXT,
} from "./domains.js";
import * as exit from "./exit.js";
import { FIELD_MODULUS } from "./field.js";
import * as operations from "./operations.js";
import * as publicData from "./public-data.js";
import * as royalty from "./royalty.js";
import type { Word, WordFields } from "./words.js";

type AnyWord = Word<WordFields>;

/** Every packed word of the schema. */
export const ALL_WORDS: readonly AnyWord[] = [
  cells.cellDynamic,
  cells.cellWord,
  cells.accountPayload,
  cells.seedPayload,
  cells.orderPayload,
  cells.seedSubject,
  cells.orderParties,
  cells.orderWork,
  cells.orderId,
  cells.orderConditions,
  cells.orderTerms,
  operations.operationRoute,
  operations.withdrawalWord,
  operations.paymentLeg,
  operations.accessOrder,
  operations.operationRecord,
  operations.requestRoute,
  operations.requestValue,
  operations.forcedSettlePayload,
  operations.rotationWord,
  operations.distributionWord,
  publicData.blockMeta,
  publicData.blockTotals,
  publicData.statementRange,
  royalty.royaltyOwner,
  royalty.royaltyDistribution,
  exit.exitCell,
  exit.exitChunk,
  exit.exitShares,
];

/** Small integer constants shared by the three worlds. */
export const CONSTANTS: Readonly<Record<string, bigint>> = {
  KIND_ACCOUNT: BigInt(cells.KIND_ACCOUNT),
  KIND_SEED: BigInt(cells.KIND_SEED),
  KIND_ORDER: BigInt(cells.KIND_ORDER),
  MODE_ZK: BigInt(cells.MODE_ZK),
  MODE_OPTIMISTIC: BigInt(cells.MODE_OPTIMISTIC),
  MODE_QUORUM: BigInt(cells.MODE_QUORUM),
  OPERATION_TRANSFER: BigInt(operations.OPERATION_TRANSFER),
  OPERATION_POST_ORDER: BigInt(operations.OPERATION_POST_ORDER),
  OPERATION_WITHDRAW: BigInt(operations.OPERATION_WITHDRAW),
  OPERATION_MULTI_TRANSFER: BigInt(operations.OPERATION_MULTI_TRANSFER),
  OPERATION_CANCEL_ORDER: BigInt(operations.OPERATION_CANCEL_ORDER),
  OPERATION_ROTATE_KEY: BigInt(operations.OPERATION_ROTATE_KEY),
  ORDER_GRACE_PERIOD: operations.ORDER_GRACE_PERIOD,
  REQUEST_REGISTER: BigInt(operations.REQUEST_REGISTER),
  REQUEST_DEPOSIT: BigInt(operations.REQUEST_DEPOSIT),
  REQUEST_REGISTER_SEED: BigInt(operations.REQUEST_REGISTER_SEED),
  REQUEST_EXIT_ACCOUNT: BigInt(operations.REQUEST_EXIT_ACCOUNT),
  REQUEST_EXIT_SEED: BigInt(operations.REQUEST_EXIT_SEED),
  REQUEST_UPDATE_SEED_TERMS: BigInt(operations.REQUEST_UPDATE_SEED_TERMS),
  REQUEST_EXIT_ORDER: BigInt(operations.REQUEST_EXIT_ORDER),
  REQUEST_FORCED_SETTLE: BigInt(operations.REQUEST_FORCED_SETTLE),
  BASIS_POINTS: cells.BASIS_POINTS,
  MAXIMUM_CHUNKS: BigInt(cells.MAXIMUM_CHUNKS),
  AMOUNT_BITS: BigInt(cells.AMOUNT_BITS),
  PAYLOAD_BITS: BigInt(cells.PAYLOAD_BITS),
  INDEX_BITS: BigInt(cells.INDEX_BITS),
  PAYMENT_BITS: BigInt(exit.PAYMENT_BITS),
  SEQUENCE_BITS: BigInt(operations.SEQUENCE_BITS),
  LEGS_PER_GROUP: BigInt(operations.LEGS_PER_GROUP),
  INITIAL_ACCESS: operations.INITIAL_ACCESS,
  ROYALTY_PAYEES: BigInt(royalty.ROYALTY_PAYEES),
  ROYALTY_LEVELS: BigInt(royalty.ROYALTY_LEVELS),
  ROYALTY_TOTAL_BITS: BigInt(royalty.ROYALTY_TOTAL_BITS),
  SHARE_BITS: BigInt(royalty.SHARE_BITS),
  OWNERS_PER_WORD: BigInt(royalty.OWNERS_PER_WORD),
  OWNER_LIST_WORDS: BigInt(royalty.OWNER_LIST_WORDS),
  OWNER_BITS: BigInt(royalty.royaltyOwner.bits),
};

const HEADER = "Generated from circuits/schema; do not edit.";

function circomWord(word: AnyWord): string {
  const names = Object.keys(word.fields);
  const inputs = names.map((field) => `    signal input ${field}; // ${word.fields[field]} bits`);
  const sum = names.map((field) => `${field} * (2 ** ${word.offsets[field]})`).join(" + ");
  const checks = names.map((field) => `    RangeCheck(${word.fields[field]})(${field});`);
  const offsets = names.map(
    (field) => `function OFFSET_${word.name}_${field}() {\n    return ${word.offsets[field]};\n}\n`,
  );
  return [
    `// Bit offsets of the fields of ${word.name}.`,
    ...offsets,
    `// Packs fields that the caller has range-checked. ${word.bits} bits.`,
    `template Join${word.name}() {`,
    ...inputs,
    "    signal output word;",
    `    word <== ${sum};`,
    "}",
    "",
    "// Range-checks every field and packs: the word decodes uniquely.",
    `template Pack${word.name}() {`,
    ...inputs,
    "    signal output word;",
    ...checks,
    `    word <== ${sum};`,
    "}",
    "",
  ].join("\n");
}

/** Text of `generated/schema.circom`: constants and domains as functions, words as templates. */
export function generateCircom(): string {
  const functions = Object.entries({ ...CONSTANTS, ...POSEIDON_DOMAINS }).map(
    ([name, value]) => `function ${name}() {\n    return ${value};\n}\n`,
  );
  return [
    "pragma circom 2.2.0;",
    `// ${HEADER}`,
    'include "math/range-check.circom";',
    "",
    ...functions,
    ...ALL_WORDS.map(circomWord),
  ].join("\n");
}

function solidityWord(word: AnyWord): string {
  const names = Object.keys(word.fields);
  const parameters = names.map((field) => `uint256 ${field}`).join(", ");
  const parts = names.map((field) => `(${field} << ${word.offsets[field]})`).join(" | ");
  const limit = names.map(
    (field) =>
      `        if (${field} >> ${word.fields[field]} != 0) revert FieldOutOfRange("${word.name}.${field}", ${field});`,
  );
  const getters = names.map((field) => {
    const mask = (1n << BigInt(word.fields[field]!)) - 1n;
    const getter = `${word.name.charAt(0).toLowerCase()}${word.name.slice(1)}_${field}`;
    return [
      `    /// @dev Bits ${word.offsets[field]} to ${word.offsets[field]! + word.fields[field]! - 1} of a ${word.name} word.`,
      `    function ${getter}(uint256 word) internal pure returns (uint256) {`,
      `        return (word >> ${word.offsets[field]}) & 0x00${mask.toString(16)};`,
      "    }",
    ].join("\n");
  });
  return [
    `    /// @dev Packs a ${word.name} word of ${word.bits} bits; reverts when a field does not fit.`,
    `    function pack${word.name}(${parameters}) internal pure returns (uint256) {`,
    ...limit,
    `        return ${parts};`,
    "    }",
    "",
    getters.join("\n\n"),
    "",
  ].join("\n");
}

/** Text of `Schema.sol`: constants, packing and field getters. */
export function generateSolidity(): string {
  const constants = Object.entries(CONSTANTS).map(
    ([name, value]) => `    uint256 internal constant ${name} = ${value};`,
  );
  const texts = {
    CHALLENGE_DOMAIN_TEXT,
    OPERATION_DOMAIN_TEXT,
    STATEMENT_DOMAIN_TEXT,
    ROYALTY_DOMAIN_TEXT,
    EXIT_DOMAIN_TEXT: exit.EXIT_DOMAIN_TEXT,
  };
  const domains = Object.entries(texts).map(
    ([name, text]) => `    bytes32 internal constant ${name.replace("_TEXT", "")} = keccak256("${text}");`,
  );
  const layout = {
    HEAD_BYTES: publicData.HEAD_BYTES,
    TAIL_BYTES: publicData.TAIL_BYTES,
    ROOT_WORDS: publicData.ROOT_WORDS,
    HEADER_WORDS: publicData.HEADER_WORDS,
    REQUEST_HEADS: publicData.REQUEST_HEADS,
    REQUEST_TAILS: publicData.REQUEST_TAILS,
    ORDER_HEADS: publicData.ORDER_HEADS,
    ORDER_TAILS: publicData.ORDER_TAILS,
    ROTATION_HEADS: publicData.ROTATION_HEADS,
    BLOCK_META_OFFSET: publicData.BLOCK_META_OFFSET,
  };
  const layoutConstants = Object.entries(layout).map(
    ([name, value]) => `    uint256 internal constant ${name} = ${value};`,
  );
  const hashDomains = Object.entries(POSEIDON_DOMAINS).map(
    ([name, value]) => `    uint256 internal constant ${name} = 0x${value.toString(16).padStart(64, "0")};`,
  );
  return [
    "// SPDX-License-Identifier: MIT",
    `// ${HEADER}`,
    "pragma solidity ^0.8.28;",
    "",
    "/// @title Packed words, vectors and constants shared with the circuits.",
    "library Schema {",
    "    /// @notice A value does not fit its field of a packed word.",
    "    error FieldOutOfRange(string field, uint256 value);",
    "",
    `    uint256 internal constant FIELD_MODULUS = ${FIELD_MODULUS};`,
    ...constants,
    ...layoutConstants,
    ...domains,
    ...hashDomains,
    "",
    ...ALL_WORDS.map(solidityWord),
    "}",
    "",
  ].join("\n");
}
