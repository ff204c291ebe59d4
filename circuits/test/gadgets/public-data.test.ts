// The public outputs: commitment and evaluation against the reference, boundaries and changed witnesses.
import { describe, expect, test } from "vitest";
import { FIELD_MODULUS, sponge } from "../../reference/hash.js";
import { acceptsTampered, compileGadget, signalOf, unpinnedSignals, witnessOf } from "./harness.js";

function horner(words: readonly bigint[], z: bigint): bigint {
  return words.reduceRight((sum, word) => (sum * z + word) % FIELD_MODULUS, 0n);
}

describe("PublicData", () => {
  for (const [count, constraints] of [
    [1, 613],
    [2, 614],
    [6, 618],
    [17, 1241],
  ] as const) {
    test(`${count} words`, async () => {
      const gadget = await compileGadget(
        `public-data-${count}`,
        ["public-data/public-data.circom"],
        "PublicDataMain()",
        `template PublicDataMain() { signal input words[${count}]; signal input z; signal output commitment;
          signal output evaluation; (commitment, evaluation) <== PublicData(${count})(words, z, 31337); }`,
      );
      expect(gadget.compiled.constraints.constraints).toBe(constraints);
      const words = Array.from({ length: count }, (_, i) => FIELD_MODULUS - 1n - BigInt(i) ** 9n);
      for (const z of [0n, 1n, FIELD_MODULUS - 1n, 987654321987654321n]) {
        const witness = await witnessOf(gadget, { words, z });
        expect(signalOf(gadget, witness, "commitment")).toBe(sponge(31337n, words));
        expect(signalOf(gadget, witness, "evaluation")).toBe(horner(words, z));
        expect(unpinnedSignals(gadget, witness)).toEqual([]);
        expect(acceptsTampered(gadget, witness, { commitment: 1n })).toBe(false);
        // With one word the evaluation is the word itself, and z has no effect.
        if (count === 1) continue;
        expect(acceptsTampered(gadget, witness, { "words[0]": 1n })).toBe(false);
        expect(acceptsTampered(gadget, witness, { "words[1]": 1n, commitment: 1n })).toBe(false);
        expect(acceptsTampered(gadget, witness, { z: z + 1n })).toBe(false);
      }
    });
  }
});
