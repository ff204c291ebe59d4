// Codecs of the values that every message is made of. JSON carries integers as decimal strings, bytes as 0x hex;
// code sees bigints and Uint8Arrays. `schema.parse` reads JSON, `z.encode(schema, value)` writes it.
import { FIELD_MODULUS } from "@catalyze/circuits/schema";
import { z } from "zod";

const DECIMAL = /^(0|[1-9]\d{0,77})$/;

const decimal = (holds: (value: bigint) => boolean, range: string) =>
  z.codec(z.string().regex(DECIMAL), z.bigint().refine(holds, `The integer must be in ${range}`), {
    decode: (text) => BigInt(text),
    encode: (value) => value.toString(),
  });

/** An unsigned integer of at most `bits` bits (1 to 256), as a decimal string. */
export const unsigned = (bits: number) =>
  decimal((value) => value >= 0n && value >> BigInt(bits) === 0n, `[0, 2^${bits})`);

/** A field element of BN254's scalar field, in [0, r), as a decimal string. */
export const fieldElement = decimal((value) => value >= 0n && value < FIELD_MODULUS, "[0, r)");

/** An amount in units of 10^-9 CTZ, at most 88 bits. */
export const amount = unsigned(88);

/** Seconds since 1970 (block and L1 times) as a decimal string, 40 bits. */
export const seconds = unsigned(40);

/** Index of a cell of the state tree, a JSON number. */
export const cellIndex = z
  .number()
  .int()
  .min(0)
  .max(2 ** 24 - 1);

/** A cell index in a path or a query. */
export const cellIndexText = z
  .string()
  .regex(/^\d{1,8}$/)
  .transform(Number)
  .pipe(cellIndex);

function hexToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

const bytesToHex = (bytes: Uint8Array): string => {
  let text = "0x";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
};

/** At most `maximum` bytes, as 0x hex. */
export const hexBytes = (maximum: number) =>
  z.codec(
    z
      .string()
      .max(2 + 2 * maximum)
      .regex(/^0x([0-9a-fA-F]{2})*$/),
    z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    { decode: hexToBytes, encode: bytesToHex },
  );

/** 0x-prefixed hex of a fixed number of bytes, kept as lower-case text. */
const hexText = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .overwrite((text) => text.toLowerCase()) as unknown as z.ZodType<`0x${string}`, `0x${string}`>;

/** An L1 address, lower-case 0x text. */
export const address = hexText(20);
/** A 32-byte L1 hash (transaction, keccak), lower-case 0x text. */
export const hash32 = hexText(32);
/** A 65-byte ECDSA signature, lower-case 0x text. */
export const ecdsaSignature = hexText(65);

/** An L1 address as the state machine holds it: 0x text in JSON, a 160-bit bigint in code. */
export const addressNumber = z.codec(
  z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  z.bigint().refine((value) => value >= 0n && value >> 160n === 0n, "The address must have 160 bits"),
  {
    decode: (text) => BigInt(text),
    encode: (value) => `0x${value.toString(16).padStart(40, "0")}`,
  },
);

/** SHA-256 of an artefact: 64 lower-case hex digits without prefix. */
export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);

/** EdDSA-Poseidon signature over BabyJubJub; the fields are those of the reference's `Signature`. */
export const eddsaSignature = z.strictObject({
  r8x: fieldElement,
  r8y: fieldElement,
  s: fieldElement,
});

const coordinate = z.string().regex(DECIMAL);
/** A Groth16 proof as snarkjs writes it: points with their third coordinate, decimal strings. */
export const groth16Proof = z.object({
  protocol: z.literal("groth16"),
  curve: z.literal("bn128"),
  pi_a: z.array(coordinate).length(3),
  pi_b: z.array(z.array(coordinate).length(2)).length(3),
  pi_c: z.array(coordinate).length(3),
});
/** A Groth16 proof in snarkjs' JSON form. */
export type Groth16Proof = z.infer<typeof groth16Proof>;

/** The eight words of a proof as the contracts take it (`IGroth16Verifier`). */
export const contractProof = z.array(unsigned(256)).length(8);

/** Token of a lease: unguessable, hex. */
export const leaseToken = z.string().regex(/^[0-9a-f]{64}$/);
/** Identifier of a job or lease given by the sequencer. */
export const identifier = z.string().regex(/^[0-9a-zA-Z_-]{1,80}$/);
