// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of the rollup contract. docs/protocol.md has the exact words.
pragma solidity ^0.8.28;

import {IL1Queue} from "./IL1Queue.sol";

/// @title Rollup: deposits, the L1 queue, blocks and withdrawals.
/// @notice Amounts in calls that move tokens in are wei of CTZ and must be whole units; every other amount is in units
/// of 10^9 wei (10^-9 CTZ). Times are in seconds.
interface IRollup is IL1Queue {
    /// @notice One size of the block circuit: its verification key and the capacities of its public vector.
    /// @param key 384 bytes as in `IGroth16Verifier`.
    /// @param forcedOrders L1 requests about orders that it can consume; no public words of their own.
    struct BlockCircuit {
        bytes key;
        uint16 requests;
        uint16 settlements;
        uint16 orders;
        uint16 withdrawals;
        uint16 cells;
        uint8 rotations;
        uint8 distributions;
        uint16 forcedOrders;
    }

    /// @notice What a deployment fixes.
    /// @param token The CTZ token.
    /// @param programs Registry of programs; its address is the binder.
    /// @param statementRegistry Registry of statements over the same programs.
    /// @param seedRegistry The only address that may queue seeds.
    /// @param exits The only address that may pay exits after a freeze; zero for none.
    /// @param operator The only address that may submit blocks, until changed in two steps.
    /// @param pool Receives the pool's share.
    /// @param genesisRoot Root of the empty tree of `depth`, below r.
    /// @param depth Depth of the 4-ary state tree, 1 … 12.
    /// @param royaltyKey Verification key of the royalty-split circuit, 384 bytes; empty when the deployment distributes no
    /// royalties.
    /// @param queueTerms Deadline, block interval and fees of the L1 queue.
    struct Deployment {
        address token;
        address programs;
        address statementRegistry;
        address seedRegistry;
        address exits;
        address operator;
        address pool;
        uint256 genesisRoot;
        uint8 depth;
        bytes royaltyKey;
        QueueTerms queueTerms;
    }

    /// @notice A size of the block circuit as the contract keeps it.
    /// @param key Address of the code that holds the verification key; zero for an unknown size.
    struct BlockSize {
        address key;
        uint16 requests;
        uint16 settlements;
        uint16 orders;
        uint16 withdrawals;
        uint16 cells;
        uint8 rotations;
        uint8 distributions;
        uint256 programId;
    }

    /// @notice A statement that a block settles, with its proof.
    /// @param words 189 bytes: 3 head words (32 bytes), 3 tail words (31 bytes).
    /// @param proof A, B, C in the order of `IGroth16Verifier`, under the program named in the block.
    struct StatementSubmission {
        bytes words;
        uint256[8] proof;
    }

    /// @notice The proof of a royalty distribution. Its public words are the block's and the seed registry's: heads shares
    /// root, payouts root; tails royalty domain, seed id (64 bits) and distribution nonce (64 bits), total.
    /// @param seedId Seed whose vault is distributed.
    /// @param commitment Public signal C of the proof.
    /// @param proof A, B, C in the order of `IGroth16Verifier`.
    struct DistributionSubmission {
        uint64 seedId;
        uint256 commitment;
        uint256[8] proof;
    }

    /// @notice A block with its proof.
    /// @param sizeId Size of the block circuit, an index of the constructor's table.
    /// @param words Used words of the block's vector as docs/protocol.md §1 encodes them.
    /// @param commitment Public signal C of the block's proof.
    /// @param proof A, B, C in the order of `IGroth16Verifier`.
    /// @param recorded Bit i says that settlement i is of a statement in the registry, whose proof was verified there; only the
    /// first 256 settlements can be.
    /// @param statements One for each other settlement, in the same order.
    /// @param distributions One for each royalty distribution, in the same order.
    struct BlockSubmission {
        uint256 sizeId;
        bytes words;
        uint256 commitment;
        uint256[8] proof;
        uint256 recorded;
        StatementSubmission[] statements;
        DistributionSubmission[] distributions;
    }

    /// @notice The last state.
    /// @param root State root.
    /// @param blockNumber Last block; 0 before the first.
    /// @param time Time of the last block.
    /// @param consumedRequests L1 requests consumed so far.
    struct State {
        uint256 root;
        uint64 blockNumber;
        uint64 time;
        uint64 consumedRequests;
    }

    /// @notice What leads from a block to the record of its epoch. Sixteen blocks share a record: epoch e has the blocks
    /// 16 e + 1 … 16 e + 16, and its record is h of its last block so far, h = keccak256(abi.encode(h of the block before, keccak256
    /// of the block's words)), zero before the epoch's first block. A proof is for the record as it is: each further block of the
    /// epoch asks for one more of `later`.
    /// @param before h of the block before; zero exactly for an epoch's first block.
    /// @param later keccak256 of the words of each later block of the epoch, in order.
    struct BlockProof {
        bytes32 before;
        bytes32[] later;
    }

    /// @notice Running totals in units.
    /// @param deposited Taken in by deposits.
    /// @param burned Burned by blocks.
    /// @param poolAccrued Granted to the pool by blocks.
    /// @param poolPaid Sent to the pool.
    /// @param claimed Sent to withdrawing accounts.
    /// @param reclaimed Sent back after a freeze: deposits that no block consumed.
    struct Accounting {
        uint128 deposited;
        uint128 claimed;
        uint128 burned;
        uint128 poolAccrued;
        uint128 poolPaid;
        uint128 reclaimed;
    }

    /// @notice A withdrawal to claim.
    /// @param blockNumber Block that holds it.
    /// @param index Its place among the block's withdrawals, from 0.
    /// @param recipient Who receives it.
    /// @param amount Units.
    /// @param proof Merkle proof of its leaf: sibling hashes from the leaf upwards; a level without a sibling has none.
    struct WithdrawalClaim {
        uint64 blockNumber;
        uint256 index;
        address recipient;
        uint256 amount;
        bytes32[] proof;
    }

    /// @notice A request entered the L1 queue. `head0`, `head1`, `route` and `value` are its four public words.
    /// @param requestIndex Its place in the queue, from 0.
    /// @param kind 1 Register, 2 Deposit, 3 RegisterSeed, 4 ExitAccount, 5 ExitSeed, 6 UpdateSeedTerms, 7 ExitOrder,
    /// 8 ForcedSettle.
    /// @param index Cell that it concerns.
    event RequestEnqueued(
        uint64 indexed requestIndex,
        uint8 indexed kind,
        uint32 indexed index,
        uint256 head0,
        uint256 head1,
        uint256 route,
        uint256 value
    );

    /// @notice An account was given an index.
    event AccountRegistered(address indexed owner, uint32 indexed index, uint256 ax, uint256 ay);

    /// @notice A block was proven. Its words, which say everything else, are in the calldata of the transaction.
    /// @param wordsHash keccak256 of its words.
    event BlockSubmitted(uint64 indexed blockNumber, uint256 newRoot, bytes32 wordsHash);

    /// @notice A withdrawal was paid; `amount` in units.
    event WithdrawalClaimed(
        uint64 indexed blockNumber, uint256 indexed index, address indexed recipient, uint256 amount
    );

    /// @notice The pool was paid; `amount` in units.
    event PoolPaid(address indexed pool, uint256 amount);

    /// @notice A size of the block circuit was fixed at deployment.
    event BlockSizeFixed(uint256 indexed sizeId, uint256 indexed programId, address key);

    /// @notice A fixed address is zero.
    error ZeroAddress();
    /// @notice The depth is not 1 … 12.
    error DepthOutOfRange(uint8 depth);
    /// @notice A deployment needs at least one size of the block circuit.
    error NoBlockSize();
    /// @notice A deployment has at most four sizes of the block circuit.
    error TooManyBlockSizes(uint256 given);
    /// @notice The queue's code was deployed for another rollup.
    error QueueMismatch(address queueCode);
    /// @notice The operator can't be removed, only replaced.
    error OperatorRequired();

    /// @notice Only the seed registry may queue seeds.
    error NotSeedRegistry(address caller);
    /// @notice Only the exits contract may pay exits.
    error NotExits(address caller);
    /// @notice The key is not on BabyJubJub or its coordinates are not below r.
    error KeyNotOnCurve(uint256 ax, uint256 ay);
    /// @notice The key's order divides 8.
    error KeyOfSmallOrder(uint256 ax, uint256 ay);
    /// @notice The owner has an account already.
    error AccountExists(address owner, uint32 index);
    /// @notice There is no account with this index.
    error UnknownAccount(uint32 index);
    /// @notice The amount is not a whole number of units of 10^9 wei.
    error AmountNotWholeUnits(uint256 amount);
    /// @notice A deposit needs an amount above zero.
    error ZeroAmount();
    /// @notice The state tree's half for accounts and seeds is full.
    error TreeFull(uint256 capacity);
    /// @notice The permission's deadline has passed.
    error PermissionExpired(uint256 deadline);
    /// @notice The owner did not sign this permission.
    error InvalidPermission(address owner);

    /// @notice Only a top-level call of an account without code may submit, so that the calldata can be found.
    error NotTopLevelCall();
    /// @notice There is no block in the submission.
    error NoBlocks();
    /// @notice No such size of the block circuit.
    error UnknownBlockSize(uint256 sizeId);
    /// @notice The block is not the next one.
    error BlockOutOfOrder(uint64 expected, uint64 given);
    /// @notice The block does not start from the last state.
    error StateRootMismatch(uint256 expected, uint256 given);
    /// @notice The block was built for another rollup or chain.
    error OperationDomainMismatch(uint256 expected, uint256 given);
    /// @notice A block or statement was built for another deployment or chain.
    error StatementDomainMismatch(uint256 expected, uint256 given);
    /// @notice The block was built for another depth.
    error DepthMismatch(uint256 expected, uint256 given);
    /// @notice The block's time is outside max(previous block's time, now − 1 hour) … now.
    error BlockTimeOutOfRange(uint256 earliest, uint256 latest, uint256 given);
    /// @notice The block does not consume from the next unconsumed request on.
    error RequestsOutOfOrder(uint64 expected, uint64 given);
    /// @notice The block consumes requests that are not queued.
    error RequestsNotQueued(uint64 queued, uint64 consumed);
    /// @notice The block's requests are not those queued.
    error QueueHashMismatch(bytes32 expected, bytes32 given);
    /// @notice There must be one statement for each settlement that is not from the registry.
    error StatementCountMismatch(uint256 expected, uint256 given);
    /// @notice There must be one proof for each royalty distribution.
    error DistributionCountMismatch(uint256 expected, uint256 given);
    /// @notice The distribution is from another cell than the seed's.
    error DistributionSeedMismatch(uint32 expected, uint256 given);
    /// @notice The deployment has no key for royalty distributions.
    error RoyaltyKeyMissing();
    /// @notice A proof of the submission is invalid.
    error InvalidProof();
    /// @notice More would leave the contract than it holds for its users.
    error Insolvent(uint256 liabilities, uint256 leaving);

    /// @notice There is no such withdrawal, or the proof is wrong.
    error InvalidWithdrawalProof(uint64 blockNumber, uint256 index);
    /// @notice The withdrawal was claimed already.
    error WithdrawalAlreadyClaimed(uint64 blockNumber, uint256 index);

    /// @notice Submits consecutive blocks; the proofs of all of them and of their statements are verified in one batch.
    function submitBlocks(BlockSubmission[] calldata blocks) external;

    /// @notice Pays one withdrawal to its recipient. Anyone may call.
    function claimWithdrawal(
        uint64 blockNumber,
        uint256 index,
        address recipient,
        uint256 amount,
        bytes32[] calldata proof
    ) external;

    /// @notice Pays several withdrawals; those claimed already are skipped.
    /// @return paid How many were paid.
    function claimWithdrawals(WithdrawalClaim[] calldata claims) external returns (uint256 paid);

    /// @notice Sends what the pool is owed to the pool. Anyone may call.
    /// @return amount Units sent.
    function payPool() external returns (uint256 amount);

    /// @notice Whether block `blockNumber` settled the statement (programId, commitment) as its settlement `index`.
    /// @param words All words of the block, as in its calldata.
    /// @param proof Leads from the block to its epoch's record.
    function verifySettlement(
        uint64 blockNumber,
        bytes calldata words,
        BlockProof calldata proof,
        uint256 index,
        uint256 programId,
        uint256 commitment
    ) external view returns (bool);

    /// @notice The last state.
    function state() external view returns (State memory);

    /// @notice Whether block `blockNumber` was submitted with words of this hash.
    /// @param proof Leads from the block to its epoch's record.
    function isBlock(uint64 blockNumber, bytes32 wordsHash, BlockProof calldata proof) external view returns (bool);

    /// @notice Record of the blocks 16 `epoch` + 1 … 16 `epoch` + 16 so far, as {BlockProof} says; zero when there are none.
    function history(uint64 epoch) external view returns (bytes32);

    /// @notice Root of a block's withdrawals; zero when it has none, and for an unknown block.
    function withdrawalsRoot(uint64 blockNumber) external view returns (bytes32);

    /// @notice Number of requests queued so far.
    function requestCount() external view returns (uint64);

    /// @notice Hash of the queue after `count` requests; zero for none, and for counts not reached.
    function queueHash(uint64 count) external view returns (bytes32);

    /// @notice Index that the next account or seed takes.
    function nextIndex() external view returns (uint32);

    /// @notice Index of an owner's account; 0 when there is none.
    function accountIndex(address owner) external view returns (uint32);

    /// @notice Owner of the account with this index; zero when there is none.
    function accountOwner(uint32 index) external view returns (address);

    /// @notice Whether a withdrawal was claimed.
    function isClaimed(uint64 blockNumber, uint256 index) external view returns (bool);

    /// @notice Running totals in units.
    function accounting() external view returns (Accounting memory);

    /// @notice Units held for accounts, orders, seeds, withdrawals and pool: deposited − burned − pool paid − claimed
    /// − reclaimed.
    function liabilities() external view returns (uint256);

    /// @notice A size of the block circuit; all zero when unknown.
    function blockSize(uint256 sizeId) external view returns (BlockSize memory);

    /// @notice Number of sizes of the block circuit.
    function blockSizeCount() external view returns (uint256);

    /// @notice Operation domain of this rollup on this chain (248 bits).
    function operationDomain() external view returns (uint256);

    /// @notice Statement domain of this deployment on this chain (248 bits).
    function statementDomain() external view returns (uint256);

    /// @notice Royalty domain of this rollup on this chain (248 bits).
    function royaltyDomain() external view returns (uint256);

    /// @notice The royalty-split circuit's key: address of the code that holds it, and its program id; zeros without one.
    function royaltyKey() external view returns (address key, uint256 programId);

    /// @notice Who may submit blocks.
    function operator() external view returns (address);

    /// @notice The CTZ token.
    function token() external view returns (address);

    /// @notice Registry of programs, the binder of the deployment.
    function programs() external view returns (address);

    /// @notice Registry of seeds.
    function seedRegistry() external view returns (address);

    /// @notice Receiver of the pool's share.
    function pool() external view returns (address);

    /// @notice Depth of the state tree.
    function depth() external view returns (uint8);

    /// @notice Fee of the next request of this kind, in wei.
    function requestFee(uint256 kind) external view returns (uint256);

    /// @notice Terms of the queue.
    function queueTerms() external view returns (QueueTerms memory);

    /// @notice Load and limit of the queue, and what a request adds, in parts of one smallest block (65,536).
    /// @return load What counts now.
    /// @return limit Most that may count.
    /// @return requestWeight Added by a request.
    /// @return orderWeight Added by a request about an order.
    function queueLoad() external view returns (uint256 load, uint256 limit, uint256 requestWeight, uint256 orderWeight);

    /// @notice Fees waiting and earned.
    function fees() external view returns (Fees memory);

    /// @notice After a freeze: sends units that leave by proof, and counts them as claimed. Only the exits contract.
    /// @param recipient Who receives them.
    /// @param units Units.
    function payExit(address recipient, uint256 units) external;

    /// @notice The contract that pays exits by proof; zero for none.
    function exits() external view returns (address);

    /// @notice Time of the freeze; 0 while the rollup is live.
    function frozenAt() external view returns (uint64);

    /// @notice Time until which blocks go on after an announced shutdown; 0 when none was announced.
    function shutdownAt() external view returns (uint64);

    /// @notice Contract whose code handles the queue, by delegation.
    function queueCode() external view returns (address);

    /// @notice Registry of the statements that a block or a forced settlement may name without a proof.
    function statementRegistry() external view returns (address);
}
