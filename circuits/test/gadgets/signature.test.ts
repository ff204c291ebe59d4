// EdDSA: circuit against circomlibjs on valid and invalid signatures, points off the curve or of mixed order, and
// changed witnesses. Private keys are fixed, so every run sees the same cases.
import { buildEddsa, type FieldElement, type Point } from "circomlibjs";
import { beforeAll, describe, expect, test } from "vitest";
import { FIELD_MODULUS, poseidon } from "../../reference/hash.js";
import {
  isOnCurve,
  isSmallOrder,
  isValidPublicKey,
  type PublicKey,
  publicKey,
  type Signature,
  SignatureInputError,
  SUBGROUP_ORDER,
  signMessage,
  verifySignature,
} from "../../reference/signature.js";
import { add, BASE_POINT, type EdwardsPoint, multiply, negate } from "../../tools/babyjubjub.js";
import {
  accepts,
  acceptsTampered,
  compileGadget,
  type Gadget,
  signalOf,
  unpinnedSignals,
  witnessOf,
} from "./harness.js";

const privateKey = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => (seed * 37 + i * i) % 256);
const messageOf = (seed: number): bigint => poseidon(0n, [BigInt(seed)]);

const eddsa = await buildEddsa();
const toEdwards = ([x, y]: readonly FieldElement[]): EdwardsPoint => ({
  x: eddsa.F.toObject(x!),
  y: eddsa.F.toObject(y!),
});
/** A point of order 8 (circomlib's generator of the whole group, times l). */
const TORSION = multiply(toEdwards(eddsa.babyJub.Generator), SUBGROUP_ORDER);

let gadget: Gadget;
beforeAll(async () => {
  gadget = await compileGadget("eddsa", ["signature/eddsa.circom"], "VerifySignature()");
});

const circuitAccepts = (key: PublicKey, message: bigint, signature: Signature): Promise<boolean> =>
  accepts(gadget, { ...key, ...signature, message });

/** circomlibjs' own opinion, on points that need not be valid. */
function circomlibAccepts({ ax, ay }: PublicKey, message: bigint, { r8x, r8y, s }: Signature): boolean {
  const point = (x: bigint, y: bigint): Point => [eddsa.F.e(x), eddsa.F.e(y)];
  return eddsa.verifyPoseidon(eddsa.F.e(message), { R8: point(r8x, r8y), S: s }, point(ax, ay));
}

/** Signs with chosen secret scalar, nonce, and points added to key and R8. */
function signWith(
  secret: bigint,
  nonce: bigint,
  message: bigint,
  keyExtra: EdwardsPoint,
  r8Extra: EdwardsPoint,
): { key: PublicKey; signature: Signature } {
  const { x: ax, y: ay } = add(multiply(BASE_POINT, secret), keyExtra);
  const { x: r8x, y: r8y } = add(multiply(BASE_POINT, nonce), r8Extra);
  const hash = poseidon(0n, [r8x, r8y, ax, ay, message]);
  const s = (nonce + hash * 8n * secret) % SUBGROUP_ORDER;
  return { key: { ax, ay }, signature: { r8x, r8y, s } };
}

const NEUTRAL: EdwardsPoint = { x: 0n, y: 1n };

describe("VerifySignature", () => {
  test("size", () => {
    expect(gadget.compiled.constraints.constraints).toBe(2437);
  });

  test("accepts what circomlibjs signs, for many keys and messages", async () => {
    for (let seed = 0; seed < 24; seed += 1) {
      const key = publicKey(privateKey(seed));
      const message = seed === 0 ? 0n : seed === 1 ? FIELD_MODULUS - 1n : messageOf(seed);
      const signature = signMessage(privateKey(seed), message);
      expect(circomlibAccepts(key, message, signature)).toBe(true);
      expect(verifySignature(key, message, signature)).toBe(true);
      expect(await circuitAccepts(key, message, signature)).toBe(true);
    }
  });

  test("rejects a changed message, key, R8 or S", async () => {
    for (let seed = 0; seed < 6; seed += 1) {
      const key = publicKey(privateKey(seed));
      const other = publicKey(privateKey(seed + 100));
      const message = messageOf(seed);
      const signature = signMessage(privateKey(seed), message);
      const { r8x, r8y, s } = signature;
      const negative = { ...key, ax: FIELD_MODULUS - key.ax };
      const cases: [PublicKey, bigint, Signature][] = [
        [key, message + 1n, signature],
        [key, 0n, signature],
        [other, message, signature],
        [negative, message, signature],
        [key, message, { r8x: FIELD_MODULUS - r8x, r8y, s }],
        [key, message, { r8x: r8y, r8y: r8x, s }],
        [key, message, { r8x: (r8x + 1n) % FIELD_MODULUS, r8y, s }],
        [key, message, { ...signMessage(privateKey(seed), message + 1n), s }],
        [key, message, { r8x, r8y, s: (s + 1n) % SUBGROUP_ORDER }],
        [key, message, { r8x, r8y, s: SUBGROUP_ORDER - s }],
        [key, message, { r8x, r8y, s: 0n }],
      ];
      for (const [a, m, sig] of cases) {
        expect(verifySignature(a, m, sig)).toBe(false);
        expect(circomlibAccepts(a, m, sig)).toBe(false);
        expect(await circuitAccepts(a, m, sig)).toBe(false);
      }
    }
  });

  test("S + l: refused by the reference, the same signature for the circuit, which reads S as a hint", async () => {
    const key = publicKey(privateKey(1));
    const message = messageOf(1);
    const signature = signMessage(privateKey(1), message);
    const shifted = { ...signature, s: signature.s + SUBGROUP_ORDER };
    expect(verifySignature(key, message, shifted)).toBe(false);
    expect(await circuitAccepts(key, message, shifted)).toBe(true);
  });

  test("extreme scalars: secret and nonce 1, l - 1, and S at both ends", async () => {
    for (const secret of [1n, 2n, SUBGROUP_ORDER - 1n]) {
      for (const nonce of [1n, SUBGROUP_ORDER - 1n]) {
        const message = messageOf(7);
        const { key, signature } = signWith(secret, nonce, message, NEUTRAL, NEUTRAL);
        expect(verifySignature(key, message, signature)).toBe(true);
        expect(await circuitAccepts(key, message, signature)).toBe(true);
      }
    }
  });

  test("a key with a component of small order signs as everywhere: cofactored in the key", async () => {
    for (let multipleOf = 1n; multipleOf < 8n; multipleOf += 1n) {
      const message = messageOf(Number(multipleOf));
      const extra = multiply(TORSION, multipleOf);
      const { key, signature } = signWith(987654321n, 123456789n + multipleOf, message, extra, NEUTRAL);
      expect(circomlibAccepts(key, message, signature)).toBe(true);
      expect(verifySignature(key, message, signature)).toBe(true);
      expect(await circuitAccepts(key, message, signature)).toBe(true);
    }
  });

  test("R8 with a component of small order is rejected everywhere", async () => {
    for (let multipleOf = 1n; multipleOf < 8n; multipleOf += 1n) {
      const message = messageOf(Number(multipleOf) + 20);
      const extra = multiply(TORSION, multipleOf);
      const { key, signature } = signWith(987654321n, 123456789n + multipleOf, message, NEUTRAL, extra);
      expect(circomlibAccepts(key, message, signature)).toBe(false);
      expect(verifySignature(key, message, signature)).toBe(false);
      expect(await circuitAccepts(key, message, signature)).toBe(false);
    }
  });

  test("R8 = neutral element: refused by reference and circuit, though circomlibjs takes it", async () => {
    const message = messageOf(33);
    const { key, signature } = signWith(55555n, 0n, message, NEUTRAL, NEUTRAL);
    expect(circomlibAccepts(key, message, signature)).toBe(true);
    expect(verifySignature(key, message, signature)).toBe(false);
    expect(await circuitAccepts(key, message, signature)).toBe(false);
  });

  test("R8 off the curve and of small order is rejected", async () => {
    const key = publicKey(privateKey(2));
    const message = messageOf(2);
    const { s } = signMessage(privateKey(2), message);
    for (const [r8x, r8y] of [
      [0n, 0n],
      [0n, 1n],
      [0n, FIELD_MODULUS - 1n],
      [1n, 0n],
      [5n, 6n],
      [TORSION.x, TORSION.y],
      [1n, 1n],
    ] as const) {
      expect(verifySignature(key, message, { r8x, r8y, s })).toBe(false);
      expect(await circuitAccepts(key, message, { r8x, r8y, s })).toBe(false);
    }
  });

  test("changing any one signal breaks a constraint", async () => {
    for (const seed of [3, 4]) {
      const message = messageOf(seed);
      const signature = signMessage(privateKey(seed), message);
      const witness = await witnessOf(gadget, { ...publicKey(privateKey(seed)), ...signature, message });
      expect(unpinnedSignals(gadget, witness)).toEqual([]);
      for (const input of ["ax", "ay", "r8x", "r8y", "message"]) {
        const changed = (signalOf(gadget, witness, input) + 1n) % FIELD_MODULUS;
        expect(acceptsTampered(gadget, witness, { [input]: changed })).toBe(false);
      }
    }
  });

  test("digits of another hash, and signs flipped in pairs that keep no sum, are rejected", async () => {
    const message = messageOf(5);
    const key = publicKey(privateKey(5));
    const witness = await witnessOf(gadget, { ...key, ...signMessage(privateKey(5), message), message });
    const ladder = [...gadget.wires.keys()].find((name) => name.endsWith(".digitV[0]"))!;
    const prefix = ladder.slice("main.".length, -"digitV[0]".length);
    const flip = (index: number): Record<string, bigint> => {
      const name = `${prefix}digitV[${index}]`;
      return { [name]: FIELD_MODULUS - signalOf(gadget, witness, name) };
    };
    for (const [first, second] of [
      [0, 1],
      [0, 250],
      [100, 101],
    ] as const) {
      expect(acceptsTampered(gadget, witness, { ...flip(first), ...flip(second) })).toBe(false);
    }
  });
});

describe("reference signatures", () => {
  test("own curve arithmetic agrees with circomlibjs", () => {
    const { babyJub, F } = eddsa;
    const base = toEdwards(babyJub.Base8);
    expect(base).toEqual(BASE_POINT);
    for (const scalar of [1n, 2n, 7n, SUBGROUP_ORDER - 1n, 2n ** 200n + 12345n]) {
      expect(multiply(base, scalar)).toEqual(toEdwards(babyJub.mulPointEscalar(babyJub.Base8, scalar)));
    }
    expect(add(base, negate(base))).toEqual(NEUTRAL);
    expect(F.toObject(F.one)).toBe(1n);
  });

  test("valid keys: on the curve and not of small order", () => {
    for (let multipleOf = 0n; multipleOf < 8n; multipleOf += 1n) {
      const { x, y } = multiply(TORSION, multipleOf);
      expect(isOnCurve(x, y)).toBe(true);
      expect(isSmallOrder(x, y)).toBe(true);
      expect(isValidPublicKey({ ax: x, ay: y })).toBe(false);
    }
    const { ax, ay } = publicKey(privateKey(9));
    expect(isValidPublicKey({ ax, ay })).toBe(true);
    expect(isSmallOrder(ax, ay)).toBe(false);
    expect(isOnCurve(ax + 1n, ay)).toBe(false);
    expect(isOnCurve(ax + FIELD_MODULUS, ay)).toBe(false);
    expect(isValidPublicKey({ ax: 1n, ay: 1n })).toBe(false);
  });

  test("a key of small order verifies nothing", () => {
    // 8A is neutral: S * B8 = R8 would hold for any message.
    const { x: ax, y: ay } = multiply(TORSION, 3n);
    const { x: r8x, y: r8y } = multiply(BASE_POINT, 77n);
    expect(circomlibAccepts({ ax, ay }, 1n, { r8x, r8y, s: 77n })).toBe(true);
    expect(verifySignature({ ax, ay }, 1n, { r8x, r8y, s: 77n })).toBe(false);
  });

  test("bad input gives a typed error, or false when verifying", () => {
    expect(() => publicKey(new Uint8Array(31))).toThrow(SignatureInputError);
    expect(() => signMessage(privateKey(1), FIELD_MODULUS)).toThrow(SignatureInputError);
    expect(() => signMessage(privateKey(1), -1n)).toThrow(SignatureInputError);
    const key = publicKey(privateKey(1));
    const signature = signMessage(privateKey(1), 5n);
    expect(verifySignature(key, 5n + FIELD_MODULUS, signature)).toBe(false);
    expect(verifySignature(key, 5n, { ...signature, r8x: signature.r8x + FIELD_MODULUS })).toBe(false);
    expect(verifySignature(key, 5n, { ...signature, s: -1n })).toBe(false);
    expect(verifySignature({ ...key, ax: -1n }, 5n, signature)).toBe(false);
  });
});
