// The published constants of development keys (DESIGN §3). Everyone knows them, so everyone can forge proofs
// under a development key: they are for local chains only, and the contracts recognise them by alpha.
// Each scalar is keccak256(UTF-8 of its domain string) mod r; the points are multiples of the generators.

import { BASE_FIELD_PRIME } from "../field.js";
import { equalG1, type G1Point, type G2Point } from "../points.js";

/** The strings from which the published scalars are derived. */
export const DEVELOPMENT_DOMAINS = {
  tau: "Catalyze development key: tau",
  alpha: "Catalyze development key: alpha",
  beta: "Catalyze development key: beta",
  delta: "Catalyze development key: delta",
} as const;

/** tau = keccak256(DEVELOPMENT_DOMAINS.tau) mod r. */
export const DEVELOPMENT_TAU = 20207479043868188366101141686993864297347644970978852024287456765564988836089n;
/** alpha = keccak256(DEVELOPMENT_DOMAINS.alpha) mod r. */
export const DEVELOPMENT_ALPHA =
  1117367809118073644439521211679670588645914467712616997260155592407334956884n;
/** beta = keccak256(DEVELOPMENT_DOMAINS.beta) mod r. */
export const DEVELOPMENT_BETA =
  12345177763374629087441819076326411945252362761393098442986574783216959716834n;

/** The points that all development keys share: alpha in G1, beta and gamma (the generator) in G2. */
export interface DevelopmentConstants {
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
}

/** The shared points of all development keys, affine. */
export const developmentConstants: DevelopmentConstants = {
  alpha: {
    x: 5359372748237535081802152643281427733528753554257424890680029196522106159160n,
    y: 15388066855049919106989655750141837608386049057185052361155009521310851715220n,
  },
  beta: {
    x: [
      1688497196944861539744107657901019530714051532033435660364853180332486973946n,
      9030251594937186668199348264056478206425390338429230883303502585265685483449n,
    ],
    y: [
      8285126822544787541570710730568576772913174555296699763665753911867484192263n,
      3205856084123149070681558369222434793241486493000896515716209265911902574467n,
    ],
  },
  gamma: {
    x: [
      10857046999023057135944570762232829481370756359578518086990519993285655852781n,
      11559732032986387107991004021392285783925812861821192530917403151452391805634n,
    ],
    y: [
      8495653923123431417604973247489272438418190587263600148770280649306958101930n,
      4082367875863433681332203403145435568316851327593401208105741076214120093531n,
    ],
  },
};

/**
 * True for a key made by developmentSetup, recognised by its alpha, whatever the rest is. −alpha is recognised
 * too: its discrete logarithm is just as public.
 */
export function isDevelopmentKey(verificationKey: { readonly vk_alpha_1: readonly string[] }): boolean {
  const [x, y] = verificationKey.vk_alpha_1;
  if (x === undefined || y === undefined) return false;
  const alpha: G1Point = { x: BigInt(x), y: BigInt(y) };
  const { alpha: published } = developmentConstants;
  return equalG1(alpha, published) || equalG1(alpha, { x: published.x, y: BASE_FIELD_PRIME - published.y });
}
