// The hash of royalty shares on a local chain: the real Poseidon contract, behind the call that the seed registry makes.
// Assumes that nothing else sends from the deploying account meanwhile.
import { DOMAIN_SHARES } from "@catalyze/circuits/schema";
import { poseidonAbi, poseidonBytecode, poseidonTableBytecodes } from "@catalyze/contracts";
import {
  type Account,
  type Address,
  type Chain,
  type Hex,
  numberToHex,
  type PublicClient,
  type Transport,
  toFunctionSelector,
  type WalletClient,
} from "viem";

/** Who deploys it. */
export interface SharesHasherParameters {
  readonly client: PublicClient;
  readonly deployer: WalletClient<Transport, Chain, Account>;
}

type PoseidonTables = readonly [Address, Address, Address, Address, Address, Address, Address];

const digits = (value: bigint | Hex, size: number): string =>
  (typeof value === "bigint" ? numberToHex(value, { size }) : value).slice(2);

/**
 * Code that answers `hash(a, b, c)` with Poseidon's `hash3(DOMAIN_SHARES, a, b, c)`: it puts selector and domain before its
 * three arguments, calls on, and returns the word that comes back, or reverts.
 */
function adapterCode(poseidon: Address): Hex {
  const selector = toFunctionSelector("function hash3(uint256,uint256,uint256,uint256)");
  const runtime = [
    `7f${selector.slice(2)}${"00".repeat(28)}600052`, // mstore(0, selector)
    `7f${digits(DOMAIN_SHARES, 32)}600452`, // mstore(4, domain)
    "60606004602437", // calldatacopy(36, 4, 96)
    `6020600060846000`, // return area 32 bytes at 0, call data 132 bytes at 0
    `73${digits(poseidon, 20)}5afa`, // staticcall
  ].join("");
  const end = numberToHex(runtime.length / 2 + 8, { size: 1 }).slice(2);
  const code = `${runtime}60${end}5760006000fd5b60206000f3`;
  const length = numberToHex(code.length / 2, { size: 1 }).slice(2);
  return `0x60${length}600c60003960${length}6000f3${code}`;
}

/** Deploys Poseidon with its tables and the adapter; returns the adapter's address. */
export async function deploySharesHasher({ client, deployer }: SharesHasherParameters): Promise<Address> {
  const created = async (hash: Hex): Promise<Address> => {
    const { status, contractAddress } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success" || !contractAddress) throw new Error(`transaction ${hash} created no contract`);
    return contractAddress;
  };
  const tables: Address[] = [];
  for (const data of poseidonTableBytecodes) {
    tables.push(await created(await deployer.sendTransaction({ data })));
  }
  const args = [tables as unknown as PoseidonTables] as const;
  const poseidon = await created(
    await deployer.deployContract({ abi: poseidonAbi, bytecode: poseidonBytecode, args }),
  );
  return created(await deployer.sendTransaction({ data: adapterCode(poseidon) }));
}
