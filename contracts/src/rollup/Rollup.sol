// SPDX-License-Identifier: MIT
// Blocks, their proofs and withdrawals. Owns the state root and everything that a block changes on L1. The table of block
// circuits is fixed at deployment and never comes from the open program registry.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Schema} from "../generated/Schema.sol";
import {IGroth16Verifier} from "../proof/IGroth16Verifier.sol";
import {ProofBatch} from "../proof/ProofBatch.sol";
import {PublicData} from "../proof/PublicData.sol";
import {Statements} from "../proof/Statements.sol";
import {VerificationKeys} from "../proof/VerificationKeys.sol";
import {ICTZ} from "../token/ICTZ.sol";
import {ISeedRegistry} from "../seeds/ISeedRegistry.sol";
import {BlockHistory} from "./BlockHistory.sol";
import {BlockSizes} from "./BlockSizes.sol";
import {BlockWords} from "./BlockWords.sol";
import {IL1Queue} from "./IL1Queue.sol";
import {IRollup} from "./IRollup.sol";
import {L1Queue} from "./L1Queue.sol";
import {RollupStorage} from "./RollupStorage.sol";
import {Withdrawals} from "./Withdrawals.sol";

/// @title Rollup, see {IRollup}.
/// @dev The operator is the owner of OpenZeppelin's Ownable2Step. It can submit blocks and hand over its role; it can't
/// move funds, change keys or skip a request.
contract Rollup is IRollup, RollupStorage {
    using SafeERC20 for IERC20;
    using BitMaps for BitMaps.BitMap;
    using ProofBatch for ProofBatch.Batch;

    /// @dev What a submission carries from block to block. `history` is the record of the next block's epoch so far.
    struct Progress {
        State state;
        uint256 operationDomain;
        uint256 statementDomain;
        uint256 burned;
        uint256 pool;
        bytes32 history;
        ProofBatch.Batch batch;
    }

    /// @dev A program with the address of its key.
    struct KeyOfProgram {
        address key;
        uint256 programId;
    }

    /// @dev How old a block's time may be.
    uint256 private constant TIME_WINDOW = 1 hours;

    IGroth16Verifier private immutable _verifier;
    /// @dev The {L1Queue} that this contract delegates to.
    address private immutable _queueCode;
    /// @dev Key of the royalty-split circuit; zero without one.
    address private immutable _royaltyKey;
    uint256 private immutable _royaltyProgram;
    /// @dev Sizes of the block circuit ({BlockSizes}) and their program ids, in the code: every block reads one.
    uint256 private immutable _sizeCount;
    uint256 private immutable _size0;
    uint256 private immutable _size1;
    uint256 private immutable _size2;
    uint256 private immutable _size3;
    uint256 private immutable _program0;
    uint256 private immutable _program1;
    uint256 private immutable _program2;
    uint256 private immutable _program3;

    /// @param deployment What the deployment fixes.
    /// @param circuits Sizes of the block circuit; a size's id is its place in this list.
    /// @param queueCode_ An {L1Queue} that was deployed with the same two.
    constructor(Deployment memory deployment, BlockCircuit[] memory circuits, L1Queue queueCode_)
        RollupStorage(deployment, circuits)
    {
        if (deployment.genesisRoot >= Schema.FIELD_MODULUS) {
            revert PublicData.WordNotInField(0, deployment.genesisRoot);
        }
        _verifier = _programs.verifier();
        if (queueCode_.configuration() != keccak256(abi.encode(deployment, circuits))) {
            revert QueueMismatch(address(queueCode_));
        }
        _queueCode = address(queueCode_);
        _state.root = deployment.genesisRoot;
        _verifier.requireChainAllowed();
        if (deployment.royaltyKey.length != 0) {
            VerificationKeys.requireValid(deployment.royaltyKey);
            _royaltyProgram = VerificationKeys.programId(deployment.royaltyKey);
            _royaltyKey = VerificationKeys.store(deployment.royaltyKey);
        }
        (uint256[4] memory sizes, uint256[4] memory ids) = _fixSizes(circuits);
        _sizeCount = circuits.length;
        (_size0, _size1, _size2, _size3) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        (_program0, _program1, _program2, _program3) = (ids[0], ids[1], ids[2], ids[3]);
    }

    /// @inheritdoc IL1Queue
    function register(uint256, uint256, uint256) external payable returns (uint32) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function registerFor(address, uint256, uint256, uint256, uint256, bytes calldata)
        external
        payable
        returns (uint32)
    {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function deposit(uint32, uint256) external payable {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function enqueueSeed(uint256, uint256, uint256, uint256) external payable returns (uint32) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function exitAccount() external payable returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function exitOrder(uint32) external payable returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function forcedSettle(uint256, uint256, uint32, uint32, uint256) external payable returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function enqueueSeedExit(uint32, address) external payable returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function enqueueSeedTerms(uint32, uint256) external payable returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function collectFees() external returns (uint256) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function freeze(QueuedRequest calldata) external {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function announceShutdown() external returns (uint64) {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function completeShutdown() external {
        _delegate();
    }

    /// @inheritdoc IL1Queue
    function reclaimDeposit(uint64, QueuedRequest calldata) external {
        _delegate();
    }

    /// @inheritdoc IRollup
    function submitBlocks(BlockSubmission[] calldata blocks) external nonReentrant {
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert NotTopLevelCall();
        _checkOwner();
        _requireLive();
        if (_isShutDown()) revert ShuttingDown(_queue.shutdownAt);
        if (blocks.length == 0) revert NoBlocks();
        Progress memory progress = _begin(blocks);
        for (uint256 i = 0; i < blocks.length;) {
            _processBlock(progress, blocks[i]);
            unchecked {
                i++;
            }
        }
        if (!progress.batch.isValid(_verifier)) revert InvalidProof();
        _earnFees(_state.consumedRequests, progress.state.consumedRequests);
        _state = progress.state;
        // Zero: the last block was its epoch's last, whose record is stored.
        if (progress.history != bytes32(0)) {
            _history[BlockHistory.epochOf(progress.state.blockNumber)] = progress.history;
        }
        _settleTotals(progress.burned, progress.pool);
    }

    /// @inheritdoc IRollup
    function claimWithdrawal(
        uint64 blockNumber,
        uint256 index,
        address recipient,
        uint256 amount,
        bytes32[] calldata proof
    ) external nonReentrant {
        if (_claimed[blockNumber].get(index)) revert WithdrawalAlreadyClaimed(blockNumber, index);
        _claim(blockNumber, index, recipient, amount, proof);
    }

    /// @inheritdoc IRollup
    function claimWithdrawals(WithdrawalClaim[] calldata claims) external nonReentrant returns (uint256 paid) {
        for (uint256 i = 0; i < claims.length; i++) {
            WithdrawalClaim calldata claim = claims[i];
            if (_claimed[claim.blockNumber].get(claim.index)) continue;
            _claim(claim.blockNumber, claim.index, claim.recipient, claim.amount, claim.proof);
            paid++;
        }
    }

    /// @inheritdoc IRollup
    function payPool() external nonReentrant returns (uint256 amount) {
        amount = _accounting.poolAccrued - _accounting.poolPaid;
        if (amount == 0) return 0;
        _requireSolvent(amount);
        _accounting.poolPaid += uint128(amount);
        emit PoolPaid(_pool, amount);
        IERC20(_token).safeTransfer(_pool, amount * UNIT);
    }

    /// @inheritdoc IRollup
    function payExit(address recipient, uint256 units) external nonReentrant {
        if (msg.sender != _exits) revert NotExits(msg.sender);
        if (_queue.frozenAt == 0) revert IL1Queue.NotFrozen();
        _requireSolvent(units);
        _accounting.claimed += uint128(units);
        IERC20(_token).safeTransfer(recipient, units * UNIT);
    }

    /// @notice The operator can't be removed, only replaced in two steps.
    function renounceOwnership() public pure override {
        revert OperatorRequired();
    }

    /// @inheritdoc IRollup
    function verifySettlement(
        uint64 blockNumber,
        bytes calldata words,
        BlockProof calldata proof,
        uint256 index,
        uint256 programId,
        uint256 commitment
    ) external view returns (bool) {
        if (!isBlock(blockNumber, PublicData.hash(words), proof)) return false;
        BlockWords.Header memory header = BlockWords.parse(words);
        if (index >= header.settlements) return false;
        (uint256 settledCommitment, uint256 settledProgram) = BlockWords.settlement(words, header, index);
        return settledCommitment == commitment && settledProgram == programId;
    }

    /// @inheritdoc IRollup
    function state() external view returns (State memory) {
        return _state;
    }

    /// @inheritdoc IRollup
    function isBlock(uint64 blockNumber, bytes32 wordsHash, BlockProof calldata proof) public view returns (bool) {
        return BlockHistory.isBlock(
            _history[BlockHistory.epochOf(blockNumber)], _state.blockNumber, blockNumber, wordsHash, proof
        );
    }

    /// @inheritdoc IRollup
    function history(uint64 epoch) external view returns (bytes32) {
        return _history[epoch];
    }

    /// @inheritdoc IRollup
    function withdrawalsRoot(uint64 blockNumber) external view returns (bytes32) {
        return _withdrawalsRoots[blockNumber];
    }

    /// @inheritdoc IRollup
    function isClaimed(uint64 blockNumber, uint256 index) external view returns (bool) {
        return _claimed[blockNumber].get(index);
    }

    /// @inheritdoc IRollup
    function blockSize(uint256 sizeId) external view returns (BlockSize memory size) {
        if (sizeId < _sizeCount) {
            (uint256 word, uint256 programId) = _size(sizeId);
            size = BlockSizes.unpack(word, programId);
        }
    }

    /// @inheritdoc IRollup
    function blockSizeCount() external view returns (uint256) {
        return _sizeCount;
    }

    /// @inheritdoc IRollup
    function operationDomain() public view returns (uint256) {
        return PublicData.addressDomain(Schema.OPERATION_DOMAIN, address(this));
    }

    /// @inheritdoc IRollup
    function statementDomain() public view returns (uint256) {
        return Statements.domain(address(_programs));
    }

    /// @inheritdoc IRollup
    function royaltyDomain() public view returns (uint256) {
        return PublicData.addressDomain(Schema.ROYALTY_DOMAIN, address(this));
    }

    /// @inheritdoc IRollup
    function royaltyKey() external view returns (address key, uint256 programId) {
        return (_royaltyKey, _royaltyProgram);
    }

    /// @inheritdoc IRollup
    function operator() external view returns (address) {
        return owner();
    }

    /// @inheritdoc IRollup
    function programs() external view returns (address) {
        return address(_programs);
    }

    /// @inheritdoc IRollup
    function pool() external view returns (address) {
        return _pool;
    }

    /// @inheritdoc IRollup
    function requestCount() public view returns (uint64) {
        return _queue.requestCount;
    }

    /// @inheritdoc IRollup
    function queueHash(uint64 count) public view returns (bytes32) {
        return _queueHashes[count];
    }

    /// @inheritdoc IRollup
    function nextIndex() external view returns (uint32) {
        return _queue.nextIndex;
    }

    /// @inheritdoc IRollup
    function accountIndex(address owner) external view returns (uint32) {
        return _accountIndices[owner];
    }

    /// @inheritdoc IRollup
    function accountOwner(uint32 index) external view returns (address) {
        return _accountOwners[index];
    }

    /// @inheritdoc IRollup
    function accounting() external view returns (Accounting memory) {
        return _accounting;
    }

    /// @inheritdoc IRollup
    function liabilities() public view returns (uint256) {
        Accounting memory totals = _accounting;
        return uint256(totals.deposited) - totals.burned - totals.poolPaid - totals.claimed - totals.reclaimed;
    }

    /// @inheritdoc IRollup
    function token() external view returns (address) {
        return _token;
    }

    /// @inheritdoc IRollup
    function seedRegistry() external view returns (address) {
        return _seedRegistry;
    }

    /// @inheritdoc IRollup
    function depth() external view returns (uint8) {
        return _depth;
    }

    /// @inheritdoc IRollup
    function queueTerms() external view returns (QueueTerms memory) {
        return QueueTerms(_deadline, _blockInterval, _requestFee, _registerFee);
    }

    /// @inheritdoc IRollup
    function queueLoad()
        external
        view
        returns (uint256 load, uint256 limit, uint256 requestWeight, uint256 orderWeight)
    {
        (load,) = _load(_queue);
        return (load, _limit, _requestWeight, _orderWeight);
    }

    /// @inheritdoc IRollup
    function requestFee(uint256 kind) external view returns (uint256) {
        (uint256 load,) = _load(_queue);
        return _feeOf(kind, load);
    }

    /// @inheritdoc IRollup
    function fees() external view returns (Fees memory) {
        return _fees;
    }

    /// @inheritdoc IRollup
    function exits() external view returns (address) {
        return _exits;
    }

    /// @inheritdoc IRollup
    function frozenAt() external view returns (uint64) {
        return _queue.frozenAt;
    }

    /// @inheritdoc IRollup
    function shutdownAt() external view returns (uint64) {
        return _queue.shutdownAt;
    }

    /// @inheritdoc IRollup
    function queueCode() external view returns (address) {
        return _queueCode;
    }

    /// @inheritdoc IRollup
    function statementRegistry() external view returns (address) {
        return address(_statements);
    }

    /// @dev Hands the call to the queue's code, on this contract's state, and ends with its result.
    function _delegate() private {
        address code = _queueCode;
        assembly ("memory-safe") {
            let data := mload(64)
            calldatacopy(data, 0, calldatasize())
            let success := delegatecall(gas(), code, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if success { return(data, returndatasize()) }
            revert(data, returndatasize())
        }
    }

    function _fixSizes(BlockCircuit[] memory circuits)
        private
        returns (uint256[4] memory sizes, uint256[4] memory ids)
    {
        if (circuits.length > 4) {
            revert TooManyBlockSizes(circuits.length);
        }
        for (uint256 i = 0; i < circuits.length; i++) {
            BlockCircuit memory circuit = circuits[i];
            VerificationKeys.requireValid(circuit.key);
            ids[i] = VerificationKeys.programId(circuit.key);
            address key = VerificationKeys.store(circuit.key);
            sizes[i] = BlockSizes.pack(circuit, key);
            emit BlockSizeFixed(i, ids[i], key);
        }
    }

    /// @dev Size and program id of a known size.
    function _size(uint256 sizeId) private view returns (uint256 size, uint256 programId) {
        if (sizeId == 0) return (_size0, _program0);
        if (sizeId == 1) return (_size1, _program1);
        if (sizeId == 2) return (_size2, _program2);
        return (_size3, _program3);
    }

    function _begin(BlockSubmission[] calldata blocks) private view returns (Progress memory progress) {
        uint256 proofs = blocks.length;
        for (uint256 i = 0; i < blocks.length; i++) {
            proofs += blocks[i].statements.length + blocks[i].distributions.length;
        }
        progress.state = _state;
        // Of a new epoch there is none.
        progress.history = _history[BlockHistory.epochOf(progress.state.blockNumber + 1)];
        progress.operationDomain = operationDomain();
        progress.statementDomain = statementDomain();
        progress.batch = ProofBatch.create(proofs);
    }

    /// @dev Checks a block against the state before it, collects its proofs, records it and advances the state in memory.
    function _processBlock(Progress memory progress, BlockSubmission calldata submission) private {
        if (submission.sizeId >= _sizeCount) revert UnknownBlockSize(submission.sizeId);
        bytes calldata words = submission.words;
        BlockWords.Header memory header = BlockWords.parse(words);
        State memory last = progress.state;
        uint64 blockNumber;
        // Numbers have 40 bits, amounts 88.
        unchecked {
            blockNumber = last.blockNumber + 1;
            last.time = _checkHeader(progress, header, blockNumber);
            _checkRequests(words, header, last.consumedRequests);
            last.consumedRequests += uint64(header.requests);
            progress.burned += Schema.blockTotals_burned(header.totals);
            progress.pool += Schema.blockTotals_pool(header.totals);
        }
        (last.root, last.blockNumber) = (header.newRoot, blockNumber);
        if (header.rotations != 0) _checkRotations(words, header);
        bytes32 wordsHash = PublicData.hash(words);
        _collectBlock(progress, submission, words, header, wordsHash);
        _collectStatements(progress, submission, words, header);
        _collectDistributions(progress, submission, header);
        if (header.withdrawals != 0) {
            _withdrawalsRoots[blockNumber] = _rootOfWithdrawals(words, header, blockNumber);
        }
        _remember(progress, blockNumber, wordsHash);
        emit BlockSubmitted(blockNumber, last.root, wordsHash);
    }

    /// @dev Adds a block to its epoch's record, which is stored when the epoch is full; {submitBlocks} stores the last one.
    function _remember(Progress memory progress, uint64 blockNumber, bytes32 wordsHash) private {
        bytes32 record = BlockHistory.add(progress.history, wordsHash);
        if (BlockHistory.isLast(blockNumber)) {
            _history[BlockHistory.epochOf(blockNumber)] = record;
            record = bytes32(0);
        }
        progress.history = record;
    }

    /// @dev Number, root, domains, depth and time. Returns the time.
    function _checkHeader(Progress memory progress, BlockWords.Header memory header, uint64 expected)
        private
        view
        returns (uint64)
    {
        uint64 given = uint64(Schema.blockMeta_number(header.meta));
        if (given != expected) revert BlockOutOfOrder(expected, given);
        if (header.oldRoot != progress.state.root) revert StateRootMismatch(progress.state.root, header.oldRoot);
        if (header.operationDomain != progress.operationDomain) {
            revert OperationDomainMismatch(progress.operationDomain, header.operationDomain);
        }
        if (header.statementDomain != progress.statementDomain) {
            revert StatementDomainMismatch(progress.statementDomain, header.statementDomain);
        }
        uint256 givenDepth = Schema.blockMeta_depth(header.meta);
        if (givenDepth != _depth) revert DepthMismatch(_depth, givenDepth);
        uint256 time = Schema.blockMeta_time(header.meta);
        uint256 earliest = block.timestamp > TIME_WINDOW ? block.timestamp - TIME_WINDOW : 0;
        if (earliest < progress.state.time) earliest = progress.state.time;
        if (time < earliest || time > block.timestamp) revert BlockTimeOutOfRange(earliest, block.timestamp, time);
        return uint64(time);
    }

    /// @dev The block's requests are the next ones of the queue.
    function _checkRequests(bytes calldata words, BlockWords.Header memory header, uint64 expected) private view {
        uint64 first = uint64(Schema.blockTotals_firstRequest(header.totals));
        if (first != expected) revert RequestsOutOfOrder(expected, first);
        uint64 consumed = first + uint64(header.requests);
        // None are always queued: the first is the next that is not consumed.
        if (header.requests == 0) return;
        if (consumed > requestCount()) revert RequestsNotQueued(requestCount(), consumed);
        bytes32 given = BlockWords.chainRequests(words, header, queueHash(first));
        if (given != queueHash(consumed)) revert QueueHashMismatch(queueHash(consumed), given);
    }

    /// @dev A rotated key is checked as a registered one is.
    function _checkRotations(bytes calldata words, BlockWords.Header memory header) private pure {
        for (uint256 i = 0; i < header.rotations; i++) {
            (uint256 ax, uint256 ay) = BlockWords.rotation(words, header, i);
            _requireKey(ax, ay);
        }
    }

    function _collectBlock(
        Progress memory progress,
        BlockSubmission calldata submission,
        bytes calldata words,
        BlockWords.Header memory header,
        bytes32 wordsHash
    ) private view {
        (uint256 size, uint256 programId) = _size(submission.sizeId);
        uint256 z = PublicData.challenge(address(_programs), programId, submission.commitment, wordsHash);
        uint256 y = BlockWords.evaluate(words, header, size, z);
        progress.batch.add(BlockSizes.key(size), submission.commitment, y, z, submission.proof);
    }

    /// @dev Program and C of each statement are the block's words. Of those from the registry, domain and proof were checked when
    /// they were recorded.
    function _collectStatements(
        Progress memory progress,
        BlockSubmission calldata submission,
        bytes calldata words,
        BlockWords.Header memory header
    ) private view {
        uint256 recorded = submission.recorded;
        StatementSubmission[] calldata statements = submission.statements;
        uint256 settlements = header.settlements;
        uint256 expected = settlements;
        if (recorded != 0) expected -= _countBits(recorded, settlements);
        if (statements.length != expected) revert StatementCountMismatch(expected, statements.length);
        if (recorded != 0) _requireRecorded(recorded, words, header, settlements - expected);
        if (expected == 0) return;
        (uint256 heads, uint256 tails) = BlockWords.settlementPlaces(words, header);
        _collectProven(progress, statements, recorded, heads, tails);
    }

    /// @dev The settlements with their bits set are of statements in the registry; there are `count`.
    function _requireRecorded(uint256 recorded, bytes calldata words, BlockWords.Header memory header, uint256 count)
        private
        view
    {
        if (count == 0) return;
        uint256[] memory programIds = new uint256[](count);
        uint256[] memory commitments = new uint256[](count);
        uint256 next;
        for (uint256 i = 0; next < count; i++) {
            if ((recorded >> i) & 1 == 0) continue;
            (commitments[next], programIds[next]) = BlockWords.settlement(words, header, i);
            next++;
        }
        _statements.requireRecorded(programIds, commitments);
    }

    /// @dev The other settlements, whose words begin at these places, are of the statements given.
    function _collectProven(
        Progress memory progress,
        StatementSubmission[] calldata statements,
        uint256 recorded,
        uint256 heads,
        uint256 tails
    ) private view {
        KeyOfProgram memory last;
        uint256 i;
        for (uint256 next = 0; next < statements.length;) {
            // Counters below 2^16.
            unchecked {
                while ((recorded >> i) & 1 == 1) i++;
                (uint256 commitment, uint256 programId) = BlockWords.settlementAt(heads, tails, i++);
                _collectStatement(progress, last, statements[next++], programId, commitment);
            }
        }
    }

    function _collectStatement(
        Progress memory progress,
        KeyOfProgram memory last,
        StatementSubmission calldata statement,
        uint256 programId,
        uint256 commitment
    ) private view {
        // Neighbours often share a program.
        if (last.key == address(0) || programId != last.programId) {
            (last.key, last.programId) = (_programs.keyOf(programId), programId);
        }
        (uint256 y, uint256 z, uint256 domain) =
            Statements.signals(address(_programs), programId, commitment, statement.words);
        progress.batch.add(last.key, commitment, y, z, statement.proof);
        if (domain != progress.statementDomain) revert StatementDomainMismatch(progress.statementDomain, domain);
    }

    /// @dev Set bits among the lowest `width`.
    function _countBits(uint256 bits, uint256 width) private pure returns (uint256 count) {
        if (width < 256) bits &= (1 << width) - 1;
        unchecked {
            for (; bits != 0; bits &= bits - 1) {
                count++;
            }
        }
    }

    /// @dev Shares and nonce of each distribution are the seed registry's, cell, total and payouts the block's.
    function _collectDistributions(
        Progress memory progress,
        BlockSubmission calldata submission,
        BlockWords.Header memory header
    ) private {
        uint256 count = submission.distributions.length;
        if (count != header.distributions) revert DistributionCountMismatch(header.distributions, count);
        if (count == 0) return;
        if (_royaltyKey == address(0)) revert RoyaltyKeyMissing();
        for (uint256 i = 0; i < count; i++) {
            DistributionSubmission calldata given = submission.distributions[i];
            (uint256 payouts, uint256 word) = BlockWords.distribution(submission.words, header, i);
            (uint32 index, uint64 nonce, uint256 sharesRoot) =
                ISeedRegistry(_seedRegistry).takeDistribution(given.seedId);
            if (Schema.distributionWord_index(word) != index) {
                revert DistributionSeedMismatch(index, Schema.distributionWord_index(word));
            }
            uint256[5] memory vector = [
                sharesRoot,
                payouts,
                royaltyDomain(),
                uint256(given.seedId) | (uint256(nonce) << 64),
                Schema.distributionWord_total(word)
            ];
            _collectDistribution(progress, vector, given);
        }
    }

    function _collectDistribution(
        Progress memory progress,
        uint256[5] memory vector,
        DistributionSubmission calldata given
    ) private view {
        uint256 commitment = given.commitment;
        bytes32 wordsHash = keccak256(
            abi.encodePacked(vector[0], vector[1], uint248(vector[2]), uint248(vector[3]), uint248(vector[4]))
        );
        uint256 z = PublicData.challenge(address(_programs), _royaltyProgram, commitment, wordsHash);
        uint256 y;
        for (uint256 i = vector.length; i > 0; i--) {
            y = addmod(mulmod(y, z, Schema.FIELD_MODULUS), vector[i - 1], Schema.FIELD_MODULUS);
        }
        progress.batch.add(_royaltyKey, commitment, y, z, given.proof);
    }

    function _rootOfWithdrawals(bytes calldata words, BlockWords.Header memory header, uint64 blockNumber)
        private
        view
        returns (bytes32)
    {
        bytes32[] memory leaves = new bytes32[](header.withdrawals);
        for (uint256 i = 0; i < leaves.length; i++) {
            uint256 word = BlockWords.withdrawal(words, header, i);
            address recipient = address(uint160(Schema.withdrawalWord_recipient(word)));
            leaves[i] = Withdrawals.leaf(address(this), blockNumber, i, recipient, Schema.withdrawalWord_amount(word));
        }
        return Withdrawals.root(leaves);
    }

    /// @dev The fees of the requests that blocks consumed become the operator's: the part of the waiting fees that these are
    /// of the waiting requests.
    function _earnFees(uint256 consumedBefore, uint256 consumedAfter) private {
        if (consumedAfter == consumedBefore) return;
        uint256 earned =
            uint256(_fees.waiting) * (consumedAfter - consumedBefore) / (_queue.requestCount - consumedBefore);
        if (earned == 0) return;
        _fees.waiting -= uint128(earned);
        _fees.earned += uint128(earned);
    }

    function _settleTotals(uint256 burned, uint256 pooled) private {
        if (pooled != 0) _accounting.poolAccrued += uint128(pooled);
        if (burned == 0) return;
        _requireSolvent(burned);
        _accounting.burned += uint128(burned);
        ICTZ(_token).burn(burned * UNIT);
    }

    function _claim(uint64 blockNumber, uint256 index, address recipient, uint256 amount, bytes32[] calldata proof)
        private
    {
        bytes32 leaf = Withdrawals.leaf(address(this), blockNumber, index, recipient, amount);
        if (!MerkleProof.verifyCalldata(proof, _withdrawalsRoots[blockNumber], leaf)) {
            revert InvalidWithdrawalProof(blockNumber, index);
        }
        _requireSolvent(amount);
        _claimed[blockNumber].set(index);
        _accounting.claimed += uint128(amount);
        emit WithdrawalClaimed(blockNumber, index, recipient, amount);
        IERC20(_token).safeTransfer(recipient, amount * UNIT);
    }

    /// @dev A second line behind the circuit, which proves that no unit is made.
    function _requireSolvent(uint256 leaving) private view {
        uint256 held = liabilities();
        if (leaving > held) revert Insolvent(held, leaving);
    }
}
