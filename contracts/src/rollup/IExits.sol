// SPDX-License-Identifier: MIT
// Owns the documentation, errors and events of leaving a frozen rollup, and what of other contracts it needs.
pragma solidity ^0.8.28;

import {IRollup} from "./IRollup.sol";

/// @title What the exits need of the rollup.
interface IExitRollup {
    /// @notice Time of the freeze; 0 while the rollup is live.
    function frozenAt() external view returns (uint64);

    /// @notice The last state; its root is what exits are proven under.
    function state() external view returns (IRollup.State memory);

    /// @notice The CTZ token.
    function token() external view returns (address);

    /// @notice Registry of programs, the binder.
    function programs() external view returns (address);

    /// @notice Registry of recorded statements.
    function statementRegistry() external view returns (address);

    /// @notice Registry of seeds.
    function seedRegistry() external view returns (address);

    /// @notice Receives the pool's share.
    function pool() external view returns (address);

    /// @notice Sends units of CTZ that leave after a freeze. Only the exits contract may call it; reverts when the
    /// rollup is not frozen or does not owe as much.
    function payExit(address recipient, uint256 units) external;
}

/// @title What the exits need of the registry of seeds.
interface IExitSeeds {
    /// @notice Who receives what a seed's vault pays on L1.
    function splitter(uint64 seedId) external view returns (address);
}

/// @title Exits: everyone leaves a frozen rollup by proof, without an operator.
/// @notice Each cell of the last proven root leaves once: balances to the account's owner and vaults to the seed's splitter
/// from the freeze on; an order's escrow to the owner of the requester's account seven days later. Until an order has
/// left, statements recorded for its open chunks are paid out of its escrow, split as a settlement splits. Anyone may
/// send a proof for anyone; it pays only whom the proof names. Amounts are in units of 10^9 wei. docs/exit.md has the words.
interface IExits {
    /// @notice A cell left; `recipient` received `amount` units.
    /// @param index The cell.
    /// @param kind 1 account, 2 seed, 3 order.
    event CellExited(uint256 indexed index, uint256 indexed kind, address indexed recipient, uint256 amount);

    /// @notice A recorded statement was paid out of an order's escrow; amounts in units.
    event StatementPaid(
        uint256 indexed index,
        uint256 indexed chunk,
        address indexed provider,
        uint256 commitment,
        uint256 providerAmount,
        address middleware,
        uint256 middlewareAmount,
        uint64 seedId,
        uint256 royalty,
        uint256 burned,
        uint256 pool
    );

    /// @notice The rollup is not frozen: withdraw through a block.
    error RollupNotFrozen();
    /// @notice The proof is about another root than the last.
    error StateRootMismatch(uint256 expected, uint256 given);
    /// @notice The proof is about another rollup or chain.
    error ExitDomainMismatch(uint256 expected, uint256 given);
    /// @notice Escrows leave from `opensAt` on, after recorded statements were paid.
    error EscrowLocked(uint256 opensAt);
    /// @notice The cell has left.
    error CellAlreadyExited(uint256 index);
    /// @notice The chunk's statement was paid.
    error ChunkAlreadyPaid(uint256 index, uint256 chunk);
    /// @notice Record the statement in the registry first.
    error StatementNotRecorded(uint256 programId, uint256 commitment);
    /// @notice More would be paid than the order's escrow holds.
    error EscrowExceeded(uint256 escrow, uint256 paid);
    /// @notice The proof does not verify.
    error InvalidProof();

    /// @notice Pays what a cell holds, once.
    /// @param words The vector of `exit`: one head word, three tail words; 125 bytes.
    /// @param commitment Public signal C of the proof.
    /// @param proof A, B, C in the order of `IGroth16Verifier`.
    function exitCell(bytes calldata words, uint256 commitment, uint256[8] calldata proof) external;

    /// @notice Pays a recorded statement for an order's open chunk, once per chunk, before the order leaves.
    /// @param words The vector of `exit-settlement`: two head words, six tail words; 250 bytes.
    /// @param commitment Public signal C of the proof (the statement's own is the second head word).
    /// @param proof A, B, C in the order of `IGroth16Verifier`.
    function payStatement(bytes calldata words, uint256 commitment, uint256[8] calldata proof) external;

    /// @notice The rollup.
    function rollup() external view returns (address);

    /// @notice keccak256 of the key of `exit` >> 8.
    function cellProgramId() external view returns (uint256);

    /// @notice keccak256 of the key of `exit-settlement` >> 8.
    function settlementProgramId() external view returns (uint256);

    /// @notice keccak256(abi.encode(keccak256("Catalyze/1/exit-domain"), chain id, rollup)) >> 8.
    function exitDomain() external view returns (uint256);

    /// @notice Seconds between the freeze and the exit of escrows.
    function escrowDelay() external view returns (uint256);

    /// @notice Whether the cell has left.
    function isExited(uint256 index) external view returns (bool);

    /// @notice What was paid out of an order's escrow here: units, and a bitmap of the chunks.
    function paidOf(uint256 index) external view returns (uint256 amount, uint256 chunks);
}
