// Derivation of account keys: a golden vector that must never change, and what it depends on.
import { hkdfSync } from "node:crypto";
import { verifySignature } from "@catalyze/circuits/reference";
import { bytesToHex, hexToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { SignatureMalformedError } from "../errors/client.js";
import {
  accountKeyFromPrivateKey,
  accountKeyTypedData,
  accountPrivateKey,
  deriveAccountKey,
  deriveAccountPrivateKey,
} from "./accountKey.js";

// The first account of the well-known local mnemonic "test test … junk".
const account = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const rollup = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const context = { chainId: 31337n, rollup, owner: account.address } as const;
const derive = (parameters: Parameters<typeof accountKeyTypedData>[0]) =>
  deriveAccountKey({ ...parameters, signTypedData: (data) => account.signTypedData(data) });

describe("deriveAccountKey", () => {
  it("has its golden vector", async () => {
    const privateKey = await deriveAccountPrivateKey({ account, chainId: 31337n, rollup });
    const { ax, ay } = await derive(context);
    expect({ privateKey: bytesToHex(privateKey), ax, ay }).toMatchInlineSnapshot(`
      {
        "ax": 5148228128245172498827937837239156763038298887445637504224795713526622831413n,
        "ay": 3546727857662721624958927944689662255201169219210184947916590622047460488735n,
        "privateKey": "0xb025622b7146a46a3e68a0879254d493fbb2b0a4ef1f48b0d8a3498e2eb24466",
      }
    `);
    expect(accountKeyFromPrivateKey(privateKey)).toMatchObject({ ax, ay });
  });

  it("is HKDF-SHA256 of r and s, by another implementation", async () => {
    const signature = hexToBytes(await account.signTypedData(accountKeyTypedData(context)));
    const [salt, information] = ["Catalyze/1/account-key", "EdDSA-Poseidon private key"];
    const expected = hkdfSync("sha256", signature.subarray(0, 64), salt, information, 32);
    expect(accountPrivateKey(signature)).toEqual(new Uint8Array(expected));
  });

  it("depends on chain, rollup and wallet", async () => {
    const other = privateKeyToAccount(`0x${"01".repeat(32)}`);
    const keys = await Promise.all([
      derive(context),
      derive({ ...context, chainId: 1n }),
      derive({ ...context, rollup: account.address }),
      deriveAccountKey({ ...context, signTypedData: (data) => other.signTypedData(data) }),
    ]);
    expect(new Set(keys.map(({ ax }) => ax)).size).toBe(keys.length);
  });

  it("ignores how the wallet writes the recovery byte", async () => {
    const signature = hexToBytes(await account.signTypedData(accountKeyTypedData(context)));
    const changed = Uint8Array.from(signature);
    changed[64] = (changed[64]! + 229) % 256;
    expect(accountPrivateKey(changed)).toEqual(accountPrivateKey(signature));
  });

  it("signs messages that the reference verifies", async () => {
    const key = await derive(context);
    const signature = key.sign(123n);
    expect(verifySignature({ ax: key.ax, ay: key.ay }, 123n, signature)).toBe(true);
    expect(verifySignature({ ax: key.ax, ay: key.ay }, 124n, signature)).toBe(false);
  });

  it("refuses signatures of another length", () => {
    expect(() => accountPrivateKey(new Uint8Array(64))).toThrow(SignatureMalformedError);
  });
});
