// Golden vectors of words, hashes and signatures: the committed ones are what TypeScript and Circom compute. The Solidity
// side is generated from the same declarations (contracts/test/support/vectors.ts). UPDATE_VECTORS=1 writes the file.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type CompiledCircuit,
  calculateWitness,
  compileCircuit,
  generateSchemaSources,
} from "@catalyze/circuits/build";
import {
  accountStatic,
  operationMessage,
  orderStatic,
  poseidon,
  publicKey,
  seedStatic,
  signMessage,
  sponge,
  statementCommitment,
} from "@catalyze/circuits/reference";
import { challenge, operationDomain, POSEIDON_DOMAINS, statementDomain } from "@catalyze/circuits/schema";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { buildEddsa, buildPoseidon } from "circomlibjs";
import { beforeAll, describe, expect, it } from "vitest";
import { ALL_WORDS } from "../../schema/generate.js";
import {
  CONTEXT,
  common,
  emptyScenario,
  makeOrder,
  OPERATION_DOMAIN,
  privateKey,
  registerAll,
  runBlock,
  STATEMENT_DOMAIN,
  sign,
} from "../block/scenario.js";

const PATH = fileURLToPath(new URL("../../../test/vectors/schema.json", import.meta.url));

/** A number of the given width, the same on every run. */
function draw(label: string, bits: number): bigint {
  const digest = keccak_256(new TextEncoder().encode(label));
  return digest.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) >> BigInt(256 - bits);
}

const fieldsOf = (word: (typeof ALL_WORDS)[number]): Record<string, bigint> =>
  Object.fromEntries(
    Object.entries(word.fields).map(([name, bits]) => [name, draw(`${word.name}.${name}`, bits)]),
  );

function goldenVectors(): Record<string, unknown> {
  const scenario = emptyScenario();
  runBlock(scenario, (draft) => registerAll(draft, 1_000_000n));
  const order = makeOrder(scenario.state, 4, 0n);
  const transfer = sign(scenario.state, { kind: "transfer", ...common(4, 0n), receiver: 5, amount: 7n });
  const key = publicKey(privateKey(4));
  const signerStatic = accountStatic(key.ax, key.ay, 0xa004n);
  const statement = {
    domain: STATEMENT_DOMAIN,
    parametersCommitment: 1n,
    inputsRoot: 2n,
    resultsRoot: 3n,
    provider: 4n,
    from: 16n,
    count: 5n,
    price: 6n,
  };
  return {
    domains: POSEIDON_DOMAINS,
    words: Object.fromEntries(
      ALL_WORDS.map((word) => [word.name, { fields: fieldsOf(word), word: word.encode(fieldsOf(word)) }]),
    ),
    hashes: {
      account: signerStatic,
      seed: seedStatic(1n, 2n, 3n),
      order: orderStatic(order),
      operation: operationMessage(OPERATION_DOMAIN, signerStatic, transfer.operation),
      statement: statementCommitment(statement),
      sponge40: sponge(
        POSEIDON_DOMAINS.DOMAIN_PUBLIC_DATA,
        Array.from({ length: 40 }, (_, i) => BigInt(i)),
      ),
    },
    signature: { key, ...transfer.signature },
    challenges: {
      operationDomain: operationDomain(31337n, 0x1001n),
      statementDomain: statementDomain(31337n, 0x1002n),
      z: challenge(CONTEXT, 5n, Uint8Array.of(1, 2, 3)),
    },
  };
}

const text = (value: unknown): string =>
  `${JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item), 2)}\n`;

describe("golden vectors", () => {
  it("are what TypeScript computes", () => {
    if (process.env.UPDATE_VECTORS === "1") writeFileSync(PATH, text(goldenVectors()));
    expect(text(goldenVectors())).toBe(readFileSync(PATH, "utf8"));
  });

  it("decode to their fields", () => {
    for (const word of ALL_WORDS) expect(word.decode(word.encode(fieldsOf(word)))).toEqual(fieldsOf(word));
  });

  it("agree with circomlibjs where it has the same function", async () => {
    const reference = await buildPoseidon();
    const inputs = [1n, 2n, 3n];
    expect(poseidon(0n, inputs)).toBe(
      reference.F.toObject(reference(inputs.map((value) => reference.F.e(value)))),
    );
    const eddsa = await buildEddsa();
    const message = 12345n;
    const theirs = eddsa.signPoseidon(privateKey(4), eddsa.F.e(message));
    const ours = signMessage(privateKey(4), message);
    expect(ours).toEqual({
      r8x: eddsa.F.toObject(theirs.R8[0]),
      r8y: eddsa.F.toObject(theirs.R8[1]),
      s: theirs.S,
    });
  });
});

/** A circuit that packs every word of the schema, from inputs `<word>_<field>`. */
function packingCircuit(): string {
  const inputs = ALL_WORDS.flatMap((word) =>
    Object.keys(word.fields).map((field) => `    signal input ${word.name}_${field};`),
  );
  const packs = ALL_WORDS.map((word, i) => {
    const wiring = Object.keys(word.fields).map((field) => `${field} <== ${word.name}_${field}`);
    return `    out[${i}] <== Pack${word.name}()(${wiring.join(", ")});`;
  });
  return `pragma circom 2.2.0;
include "generated/schema.circom";
template PackAll() {
${inputs.join("\n")}
    signal output out[${ALL_WORDS.length}];
${packs.join("\n")}
}
component main = PackAll();
`;
}

describe("words in Circom", () => {
  let circuit: CompiledCircuit;
  beforeAll(async () => {
    generateSchemaSources();
    circuit = await compileCircuit({ name: "schema-words", source: packingCircuit() });
  });

  const inputs = (): Record<string, bigint> =>
    Object.fromEntries(
      ALL_WORDS.flatMap((word) =>
        Object.entries(fieldsOf(word)).map(([field, value]) => [`${word.name}_${field}`, value]),
      ),
    );

  it("pack as in TypeScript", async () => {
    const witness = await calculateWitness(circuit, inputs());
    expect(witness.slice(1, 1 + ALL_WORDS.length)).toEqual(
      ALL_WORDS.map((word) => word.encode(fieldsOf(word))),
    );
  });

  it("refuse a field one bit too wide, and take the widest that fits", async () => {
    for (const word of ALL_WORDS) {
      for (const [field, bits] of Object.entries(word.fields)) {
        const name = `${word.name}_${field}`;
        await expect(
          calculateWitness(circuit, { ...inputs(), [name]: 1n << BigInt(bits) }),
          name,
        ).rejects.toThrow();
        await expect(
          calculateWitness(circuit, { ...inputs(), [name]: (1n << BigInt(bits)) - 1n }),
          name,
        ).resolves.toBeDefined();
      }
    }
  });
});
