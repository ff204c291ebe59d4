// Types of the part of circomlibjs 0.1.7 that this workspace uses.
declare module "circomlibjs" {
  /** A field element in Montgomery form, 32 bytes. */
  export type FieldElement = Uint8Array;
  export interface PrimeField {
    e(value: bigint | number | string | FieldElement): FieldElement;
    toObject(value: FieldElement): bigint;
    eq(left: FieldElement, right: FieldElement): boolean;
    zero: FieldElement;
    one: FieldElement;
  }
  export type Point = [x: FieldElement, y: FieldElement];
  export interface Poseidon {
    (inputs: readonly (bigint | FieldElement)[], initialState?: bigint | FieldElement): FieldElement;
    (
      inputs: readonly (bigint | FieldElement)[],
      initialState: bigint | FieldElement,
      outputs: number,
    ): FieldElement | FieldElement[];
    F: PrimeField;
  }
  export interface BabyJub {
    F: PrimeField;
    Generator: Point;
    Base8: Point;
    order: bigint;
    subOrder: bigint;
    addPoint(left: Point, right: Point): Point;
    mulPointEscalar(base: Point, scalar: bigint): Point;
    inCurve(point: Point): boolean;
    inSubgroup(point: Point): boolean;
  }
  export interface Eddsa {
    F: PrimeField;
    babyJub: BabyJub;
    pruneBuffer(buffer: Uint8Array): Uint8Array;
    prv2pub(privateKey: Uint8Array): Point;
    signPoseidon(privateKey: Uint8Array, message: FieldElement): { R8: Point; S: bigint };
    verifyPoseidon(message: FieldElement, signature: { R8: Point; S: bigint }, publicKey: Point): boolean;
  }
  export function buildPoseidon(): Promise<Poseidon>;
  export function buildEddsa(): Promise<Eddsa>;
  export function buildBabyjub(): Promise<BabyJub>;
}
