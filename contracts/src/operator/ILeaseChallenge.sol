// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of the leases' challenge game. docs/receipts.md has the protocol.
pragma solidity ^0.8.28;

/// @title Enforces the leases that an operator signs for chunks of orders.
/// @notice A lease promises: a block with a time from `since` to `until` that settles this chunk settles the leased work for
/// `provider`.
interface ILeaseChallenge {
    /// @notice What the operator signs (EIP-712 `Lease`).
    /// @param orderId The order's id.
    /// @param orderIndex Its cell.
    /// @param orderStatic Static part of its cell.
    /// @param chunk Number of the chunk, from 0.
    /// @param programId The order's program.
    /// @param parametersCommitment The order's parameters.
    /// @param inputsRoot The order's inputs.
    /// @param from First job of the chunk.
    /// @param count Jobs of the chunk.
    /// @param provider L1 address of the provider.
    /// @param price The order's limit in units per job.
    /// @param since First second of the lease.
    /// @param until Last second of the lease.
    struct Lease {
        uint64 orderId;
        uint32 orderIndex;
        uint256 orderStatic;
        uint32 chunk;
        uint256 programId;
        uint256 parametersCommitment;
        uint256 inputsRoot;
        uint32 from;
        uint32 count;
        address provider;
        uint64 price;
        uint64 since;
        uint64 until;
    }

    /// @notice A settlement of a block.
    /// @param index Its place among the block's settlements, from 0.
    /// @param statement The six words of its statement.
    struct Settlement {
        uint256 index;
        uint256[6] statement;
    }

    /// @notice A block that settled the chunk.
    /// @param blockNumber The block.
    /// @param words All its words, as in calldata.
    /// @param other A settlement of the leased work for another provider.
    /// @param cell The order's place among the block's closed cells, from 0.
    /// @param cellDynamic The order's `CellDynamic` word before the block.
    /// @param path The four children of each node from the order's parent to the block's old root.
    struct Evidence {
        uint64 blockNumber;
        bytes words;
        Settlement other;
        uint256 cell;
        uint256 cellDynamic;
        uint256[4][] path;
    }

    /// @notice What a deployment fixes.
    /// @param bond Wei of CTZ that a challenger puts up; the operator's when it answers.
    /// @param windowSeconds Time to answer.
    struct LeaseTerms {
        uint256 bond;
        uint64 windowSeconds;
    }

    /// @notice Where a lease stands.
    enum Status {
        None,
        Open,
        Answered,
        Broken
    }

    /// @notice A challenge.
    /// @param challenger Who opened it.
    /// @param deadline Last second of the window.
    /// @param status Where it stands.
    /// @param operator Whose promise it is.
    /// @param blockNumber Block that settled the chunk.
    struct Challenge {
        address challenger;
        uint64 deadline;
        Status status;
        address operator;
        uint64 blockNumber;
    }

    /// @notice A lease was challenged.
    event LeaseChallenged(
        bytes32 indexed id,
        address indexed operator,
        address indexed challenger,
        Lease lease,
        uint64 blockNumber,
        uint64 deadline
    );
    /// @notice The same block settles the work for the leased provider too.
    event LeaseAnswered(bytes32 indexed id, uint256 settlement);
    /// @notice The window ended without an answer.
    event LeaseBroken(bytes32 indexed id, address indexed operator, uint256 slashed);
    /// @notice Two leases of one chunk for different providers overlap.
    event DoubleLeaseProven(address indexed operator, bytes32 firstId, bytes32 secondId, uint256 slashed);

    /// @notice A term is zero, or the unbonding delay is not above the window.
    error LeaseTermsInvalid();
    /// @notice The block's time is outside the lease.
    error OutsideLease(uint256 since, uint256 until, uint256 time);
    /// @notice The block has no such settlement, or the words are not its statement's.
    error SettlementMismatch(uint256 index);
    /// @notice The statement is not about the leased work.
    error OtherWork(uint256 index);
    /// @notice The statement names the leased provider, where it must name another.
    error LeaseKept(address provider);
    /// @notice The statement names another provider, where it must name the leased one.
    error OtherProvider(address expected, address given);
    /// @notice The order's chunk was not settled in this block.
    error ChunkNotSettledHere(uint32 orderIndex, uint32 chunk);
    /// @notice The lease was challenged already.
    error LeaseChallengedAlready(bytes32 id, Status status);
    /// @notice There is no open challenge of this lease.
    error NoOpenLeaseChallenge(bytes32 id, Status status);
    /// @notice The window is over.
    error LeaseWindowOver(uint64 deadline);
    /// @notice The window is not over.
    error LeaseWindowOpen(uint64 deadline);
    /// @notice The two leases don't contradict each other.
    error LeasesCompatible();
    /// @notice This lease was used as evidence of a double lease already.
    error LeasePunishedAlready(bytes32 id);

    /// @notice Challenges a lease with a block that settled its chunk, and its work for another provider, within its time.
    /// Takes the bond from the caller.
    /// @return id The challenge.
    function challengeLease(Lease calldata lease, bytes calldata signature, Evidence calldata evidence)
        external
        returns (bytes32 id);

    /// @notice Answers: the same block settles the work for the leased provider (the other statement was for another order
    /// of the same work).
    function answerLease(
        Lease calldata lease,
        address operator,
        bytes calldata words,
        Settlement calldata settlement
    ) external;

    /// @notice Closes a challenge after its window: the operator is slashed and the bond returned.
    function finaliseLease(Lease calldata lease, address operator) external;

    /// @notice Slashes for two leases of one chunk to different providers with overlapping times.
    function proveDoubleLease(
        Lease calldata first,
        bytes calldata firstSignature,
        Lease calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice Id of the challenge of a lease.
    function leaseId(Lease calldata lease, address operator) external view returns (bytes32);

    /// @notice A challenge; all zero when there was none.
    function leaseChallengeOf(bytes32 id) external view returns (Challenge memory);

    /// @notice What the deployment fixes.
    function leaseTerms() external view returns (LeaseTerms memory);

    /// @notice Where the operators' stake is.
    function operatorStake() external view returns (address);
}
