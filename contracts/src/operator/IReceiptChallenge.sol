// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of the receipts' challenge game. docs/receipts.md has the protocol.
pragma solidity ^0.8.28;

/// @title Enforces the receipts that an operator signs for accepted operations.
/// @notice A receipt promises: this operation is in a block of number ≤ `promisedBlock`, with this sequence number, unless
/// it has become invalid by then. Who holds a receipt challenges it; within the window the operator (or anyone for it)
/// answers from submitted blocks; without an answer it loses stake.
interface IReceiptChallenge {
    /// @notice What the operator signs (EIP-712 `OperationReceipt`).
    /// @param message The operation's message.
    /// @param sequence Its sequence number.
    /// @param acceptedBlock The last block when it was accepted: the state in which the operator found it valid.
    /// @param promisedBlock The last block that may bring it.
    /// @param validUntil Last block time of the promise: the earliest expiry of the operation and of those before it in its
    /// account's order, without which it can't be in a block.
    struct Receipt {
        uint256 message;
        uint64 sequence;
        uint64 acceptedBlock;
        uint64 promisedBlock;
        uint64 validUntil;
    }

    /// @notice Preimage of an operation's message (docs/protocol.md §4).
    /// @param signerStatic Static part of the signer's cell.
    /// @param route `OperationRoute` word.
    /// @param amount Units.
    /// @param data Kind's data.
    struct Operation {
        uint256 signerStatic;
        uint256 route;
        uint256 amount;
        uint256 data;
    }

    /// @notice A neighbour in the order of a block.
    /// @param operation Preimage of its message; ignored for an unused slot.
    /// @param record Its `OperationRecord`; ignored when the neighbour stands in the operation's own lowest node.
    /// @param path Its own path when its lowest node is another; empty when it is the same. For the next operation the path
    /// may begin at the node in which 0 stands in place of the missing lower ones.
    struct Neighbour {
        Operation operation;
        uint256 record;
        uint256[16][] path;
    }

    /// @notice An operation's place in a block.
    /// @param blockNumber The block.
    /// @param words All its words, as in calldata.
    /// @param position Slot, from 0.
    /// @param path The sixteen children of each node from its lowest node to the operations root.
    struct Place {
        uint64 blockNumber;
        bytes words;
        uint256 position;
        uint256[16][] path;
    }

    /// @notice A cell in the new state of a block. Static and dynamic are 0 for an empty one.
    /// @param blockNumber The block.
    /// @param words All its words, as in calldata.
    /// @param cellStatic Static part.
    /// @param cellDynamic `CellDynamic` word.
    /// @param path The four children of each node from the leaf's parent to the state root.
    struct CellProof {
        uint64 blockNumber;
        bytes words;
        uint256 cellStatic;
        uint256 cellDynamic;
        uint256[4][] path;
    }

    /// @notice What a deployment fixes.
    /// @param bond Wei of CTZ that a challenger puts up; the operator's when it answers.
    /// @param windowSeconds Time to answer.
    /// @param stallSeconds Time without a block after which promises of later blocks may be challenged too.
    struct ChallengeTerms {
        uint256 bond;
        uint64 windowSeconds;
        uint64 stallSeconds;
    }

    /// @notice Where a receipt stands.
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
    /// @param stalledAt Number of the last block plus one when the promised block had not been submitted; else 0.
    /// @param operationHash keccak256 of the operation's preimage.
    struct Challenge {
        address challenger;
        uint64 deadline;
        Status status;
        address operator;
        uint64 stalledAt;
        bytes32 operationHash;
    }

    /// @notice A receipt was challenged. The operation's preimage lets anyone answer.
    event ReceiptChallenged(
        bytes32 indexed id,
        address indexed operator,
        address indexed challenger,
        Receipt receipt,
        Operation operation,
        uint64 deadline
    );
    /// @notice The operation was shown in a block.
    event AnsweredByInclusion(bytes32 indexed id, uint64 blockNumber, uint256 position);
    /// @notice The operation was shown to have become invalid.
    event AnsweredByInvalidity(bytes32 indexed id, uint64 blockNumber);
    /// @notice The window ended without an answer.
    event ReceiptBroken(bytes32 indexed id, address indexed operator, uint256 slashed);
    /// @notice The challenge was opened while the rollup stood still, which has moved since: no verdict.
    event ChallengeVoided(bytes32 indexed id);
    /// @notice What the operator signed contradicts itself or a block.
    event EquivocationProven(address indexed operator, bytes32 firstId, bytes32 secondId, uint256 slashed);

    /// @notice A term is zero, or the unbonding delay is too short for it.
    error ChallengeTermsInvalid();
    /// @notice The preimage does not give the receipt's message.
    error OperationMismatch(uint256 expected, uint256 given);
    /// @notice The promised block is not here yet, and the rollup is not standing still.
    error PromiseNotDue(uint64 promisedBlock, uint64 lastBlock, uint256 stalledFrom);
    /// @notice The receipt was challenged already.
    error ChallengedAlready(bytes32 id, Status status);
    /// @notice There is no open challenge of this receipt.
    error NoOpenChallenge(bytes32 id, Status status);
    /// @notice The window is over.
    error WindowOver(uint64 deadline);
    /// @notice The window is not over.
    error WindowOpen(uint64 deadline);
    /// @notice Another operation, or none, stands at the position.
    error OperationNotThere(uint256 position, uint256 expected, uint256 given);
    /// @notice The block holds the operation with another sequence number: a contradiction, no answer.
    error SequenceMismatch(uint64 promised, uint64 given);
    /// @notice The neighbours are not in order.
    error OrderViolated(uint256 position);
    /// @notice A neighbour in the same node brings a path, or the path has another height.
    error NeighbourPathInvalid(uint256 position);
    /// @notice What was proven does not excuse the operator.
    error NoExcuse();
    /// @notice The operation cancels no order, so that no order can be in its way.
    error NoCancellation(uint256 kind);
    /// @notice The block has fewer L1 requests.
    error RequestNotThere(uint256 position, uint256 count);
    /// @notice The two receipts don't contradict each other.
    error NoContradiction();
    /// @notice This contradiction, or a part of it, was punished already.
    error PunishedAlready(bytes32 id);

    /// @notice Challenges a receipt, after its promised block was submitted or while the rollup stands still. Takes the
    /// bond from the caller.
    /// @return id The challenge.
    function challengeReceipt(Receipt calldata receipt, bytes calldata signature, Operation calldata operation)
        external
        returns (bytes32 id);

    /// @notice Answers: the operation is in a block up to the promised one, with its sequence number, in order.
    /// @param previous The operation before it; ignored at position 0.
    /// @param next The operation or unused slot after it.
    function answerInclusion(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        Place calldata place,
        Neighbour calldata previous,
        Neighbour calldata next
    ) external;

    /// @notice Answers: a block up to the promised one is later than the operation's expiry, or than the receipt's
    /// `validUntil`.
    function answerExpiry(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        uint64 blockNumber,
        bytes calldata words
    ) external;

    /// @notice Answers: the account's nonce has passed the operation's by the promised block; or after a block later than
    /// `acceptedBlock` and not later than the promised one the balance was below the debit or the key was another.
    function answerState(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        CellProof calldata proof
    ) external;

    /// @notice Answers: the order that the operation cancels was closed by other means. After a block later than
    /// `acceptedBlock` and not later than the promised one its cell is empty or holds another.
    function answerOrderClosed(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        CellProof calldata proof
    ) external;

    /// @notice Answers: the account's owner has emptied it through L1. A block later than `acceptedBlock` and not later than
    /// the promised one consumes an ExitAccount of the account.
    /// @param position Place of the request among those of the block, from 0.
    function answerExit(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        uint64 blockNumber,
        bytes calldata words,
        uint256 position
    ) external;

    /// @notice Closes a challenge after its window: the operator is slashed and the bond returned. If it was opened while
    /// the rollup stood still and a block was submitted since, it is void instead, and the receipt may be challenged again.
    function finaliseChallenge(Receipt calldata receipt, address operator) external;

    /// @notice Slashes for two receipts with one sequence number and different messages, or one message and different
    /// sequence numbers.
    function proveEquivocation(
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice Slashes for an operation that a block holds with another sequence number than its receipt's.
    function proveResequencing(Receipt calldata receipt, bytes calldata signature, Place calldata place) external;

    /// @notice Id of the challenge of a receipt.
    function challengeId(Receipt calldata receipt, address operator) external view returns (bytes32);

    /// @notice A challenge; all zero when there was none, or it was voided.
    function challengeOf(bytes32 id) external view returns (Challenge memory);

    /// @notice Whether a receipt has been used as evidence of a contradiction.
    function isPunished(bytes32 id) external view returns (bool);

    /// @notice What the deployment fixes.
    function terms() external view returns (ChallengeTerms memory);

    /// @notice Where the operators' stake is.
    function operatorStake() external view returns (address);
}
