// SPDX-License-Identifier: MIT
// The game over operation receipts. Owns challenges and their bonds. Everything it accepts as an answer follows from words
// of submitted blocks, which the rollup has recorded; it trusts no one's word but a signature against its signer.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Schema} from "../generated/Schema.sol";
import {IPoseidon} from "../hash/IPoseidon.sol";
import {BlockWords} from "../rollup/BlockWords.sol";
import {IRollup} from "../rollup/IRollup.sol";
import {ChainEvidence} from "./ChainEvidence.sol";
import {IOperatorStake} from "./IOperatorStake.sol";
import {IReceiptChallenge} from "./IReceiptChallenge.sol";

/// @title ReceiptChallenge, see {IReceiptChallenge}.
contract ReceiptChallenge is IReceiptChallenge, ChainEvidence {
    using SafeERC20 for IERC20;

    bytes32 private constant RECEIPT_TYPE = keccak256(
        "OperationReceipt(uint256 message,uint64 sequence,uint64 acceptedBlock,uint64 promisedBlock,uint64 validUntil)"
    );

    IOperatorStake private immutable _stake;
    IERC20 private immutable _token;
    uint256 private immutable _bond;
    uint64 private immutable _windowSeconds;
    uint64 private immutable _stallSeconds;
    /// @dev Before the first block the rollup has stood still since then.
    uint64 private immutable _deployedAt;
    /// @dev Capacity of the hash that makes an operation's message.
    uint256 private immutable _messageDomain;

    mapping(bytes32 id => Challenge) private _challenges;
    mapping(bytes32 id => bool) private _punished;

    constructor(IRollup rollup_, IPoseidon poseidon_, IOperatorStake stake_, ChallengeTerms memory terms_)
        ChainEvidence(rollup_, poseidon_)
    {
        if (address(stake_) == address(0)) revert EvidenceAddressZero();
        if (terms_.bond == 0 || terms_.windowSeconds == 0 || terms_.stallSeconds == 0) revert ChallengeTermsInvalid();
        // Who announces a withdrawal and then keeps silent is still there to be slashed.
        if (stake_.unbondingSeconds() <= 2 * (uint256(terms_.windowSeconds) + terms_.stallSeconds)) {
            revert ChallengeTermsInvalid();
        }
        _stake = stake_;
        _token = IERC20(stake_.token());
        _bond = terms_.bond;
        _windowSeconds = terms_.windowSeconds;
        _stallSeconds = terms_.stallSeconds;
        _deployedAt = uint64(block.timestamp);
        _messageDomain = addmod(Schema.DOMAIN_OPERATION, rollup_.operationDomain(), Schema.FIELD_MODULUS);
    }

    /// @inheritdoc IReceiptChallenge
    function challengeReceipt(Receipt calldata receipt, bytes calldata signature, Operation calldata operation)
        external
        returns (bytes32 id)
    {
        address operator = _signer(_receiptDigest(receipt), signature);
        _stake.openChallenge(operator);
        _requireOperationOf(receipt.message, operation);
        id = challengeId(receipt, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.None) revert ChallengedAlready(id, challenge.status);
        challenge.challenger = msg.sender;
        challenge.deadline = uint64(block.timestamp) + _windowSeconds;
        challenge.status = Status.Open;
        challenge.operator = operator;
        challenge.stalledAt = _requireDue(receipt.promisedBlock);
        challenge.operationHash = keccak256(abi.encode(operation));
        emit ReceiptChallenged(id, operator, msg.sender, receipt, operation, challenge.deadline);
        _token.safeTransferFrom(msg.sender, address(this), _bond);
    }

    /// @inheritdoc IReceiptChallenge
    function answerInclusion(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        Place calldata place,
        Neighbour calldata previous,
        Neighbour calldata next
    ) external {
        bytes32 id = _requireOpen(receipt, operator, operation);
        _requireBlock(place.blockNumber, 0, receipt.promisedBlock);
        uint256 root = _requirePlace(place, receipt.message);
        uint256 record = _recordAt(place);
        uint64 sequence = uint64(Schema.operationRecord_sequence(record));
        if (sequence != receipt.sequence) revert SequenceMismatch(receipt.sequence, sequence);
        uint256 rank = _rank(operation, record);
        if (place.position > 0 && _neighbourRank(root, place, place.position - 1, previous) >= rank) {
            revert OrderViolated(place.position - 1);
        }
        if (_neighbourRank(root, place, place.position + 1, next) <= rank) revert OrderViolated(place.position + 1);
        emit AnsweredByInclusion(id, place.blockNumber, place.position);
        _closeAnswered(id);
    }

    /// @inheritdoc IReceiptChallenge
    function answerExpiry(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        uint64 blockNumber,
        bytes calldata words
    ) external {
        bytes32 id = _requireOpen(receipt, operator, operation);
        _requireBlock(blockNumber, 0, receipt.promisedBlock);
        _requireWords(blockNumber, words);
        uint256 time = Schema.blockMeta_time(BlockWords.parse(words).meta);
        if (time <= Schema.operationRoute_expiry(operation.route) && time <= receipt.validUntil) revert NoExcuse();
        emit AnsweredByInvalidity(id, blockNumber);
        _closeAnswered(id);
    }

    /// @inheritdoc IReceiptChallenge
    function answerState(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        CellProof calldata proof
    ) external {
        bytes32 id = _requireOpen(receipt, operator, operation);
        _requireBlock(proof.blockNumber, 0, receipt.promisedBlock);
        _requireWords(proof.blockNumber, proof.words);
        uint256 root = BlockWords.parse(proof.words).newRoot;
        uint256 signer = Schema.operationRoute_signer(operation.route);
        _requireCell(root, signer, proof.cellStatic, proof.cellDynamic, proof.path);
        if (!_isExcuse(receipt, operation, proof)) revert NoExcuse();
        emit AnsweredByInvalidity(id, proof.blockNumber);
        _closeAnswered(id);
    }

    /// @inheritdoc IReceiptChallenge
    function answerOrderClosed(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        CellProof calldata proof
    ) external {
        bytes32 id = _requireOpen(receipt, operator, operation);
        uint256 kind = Schema.operationRoute_kind(operation.route);
        if (kind != Schema.OPERATION_CANCEL_ORDER) revert NoCancellation(kind);
        // Before acceptance the cell may have been empty, or another order's.
        _requireBlock(proof.blockNumber, receipt.acceptedBlock + 1, receipt.promisedBlock);
        _requireWords(proof.blockNumber, proof.words);
        uint256 root = BlockWords.parse(proof.words).newRoot;
        uint256 index = Schema.operationRoute_receiver(operation.route);
        if (proof.cellStatic == 0 && proof.cellDynamic == 0) {
            _requireLeaf(root, index, 0, proof.path);
        } else {
            _requireCell(root, index, proof.cellStatic, proof.cellDynamic, proof.path);
            // The static part names requester and nonce: an order that was closed never comes back.
            if (proof.cellStatic == operation.data) revert NoExcuse();
        }
        emit AnsweredByInvalidity(id, proof.blockNumber);
        _closeAnswered(id);
    }

    /// @inheritdoc IReceiptChallenge
    function answerExit(
        Receipt calldata receipt,
        address operator,
        Operation calldata operation,
        uint64 blockNumber,
        bytes calldata words,
        uint256 position
    ) external {
        bytes32 id = _requireOpen(receipt, operator, operation);
        _requireBlock(blockNumber, receipt.acceptedBlock + 1, receipt.promisedBlock);
        _requireWords(blockNumber, words);
        uint256 route = _requestRoute(words, position);
        if (
            Schema.requestRoute_kind(route) != Schema.REQUEST_EXIT_ACCOUNT
                || Schema.requestRoute_index(route) != Schema.operationRoute_signer(operation.route)
        ) revert NoExcuse();
        emit AnsweredByInvalidity(id, blockNumber);
        _closeAnswered(id);
    }

    /// @inheritdoc IReceiptChallenge
    function finaliseChallenge(Receipt calldata receipt, address operator) external {
        bytes32 id = challengeId(receipt, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.Open) revert NoOpenChallenge(id, challenge.status);
        if (block.timestamp <= challenge.deadline) revert WindowOpen(challenge.deadline);
        address challenger = challenge.challenger;
        _stake.closeChallenge(operator);
        if (challenge.stalledAt != 0 && _rollup.state().blockNumber + 1 != challenge.stalledAt) {
            delete _challenges[id];
            emit ChallengeVoided(id);
        } else {
            challenge.status = Status.Broken;
            emit ReceiptBroken(id, operator, _stake.slash(operator, challenger));
        }
        _token.safeTransfer(challenger, _bond);
    }

    /// @inheritdoc IReceiptChallenge
    function proveEquivocation(
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external {
        address operator = _signer(_receiptDigest(first), firstSignature);
        if (_signer(_receiptDigest(second), secondSignature) != operator) revert NoContradiction();
        if ((first.sequence == second.sequence) == (first.message == second.message)) revert NoContradiction();
        bytes32 firstId = challengeId(first, operator);
        bytes32 secondId = challengeId(second, operator);
        _punish(operator, firstId, secondId);
    }

    /// @inheritdoc IReceiptChallenge
    function proveResequencing(Receipt calldata receipt, bytes calldata signature, Place calldata place) external {
        address operator = _signer(_receiptDigest(receipt), signature);
        _requirePlace(place, receipt.message);
        if (Schema.operationRecord_sequence(_recordAt(place)) == receipt.sequence) revert NoContradiction();
        bytes32 id = challengeId(receipt, operator);
        _punish(operator, id, id);
    }

    /// @inheritdoc IReceiptChallenge
    function challengeId(Receipt calldata receipt, address operator) public view returns (bytes32) {
        return keccak256(abi.encode(_receiptDigest(receipt), operator));
    }

    /// @inheritdoc IReceiptChallenge
    function challengeOf(bytes32 id) external view returns (Challenge memory) {
        return _challenges[id];
    }

    /// @inheritdoc IReceiptChallenge
    function isPunished(bytes32 id) external view returns (bool) {
        return _punished[id];
    }

    /// @inheritdoc IReceiptChallenge
    function terms() external view returns (ChallengeTerms memory) {
        return ChallengeTerms(_bond, _windowSeconds, _stallSeconds);
    }

    /// @inheritdoc IReceiptChallenge
    function operatorStake() external view returns (address) {
        return address(_stake);
    }

    function _receiptDigest(Receipt calldata receipt) private view returns (bytes32) {
        return _digest(keccak256(abi.encode(RECEIPT_TYPE, receipt)));
    }

    function _message(Operation calldata operation) private view returns (uint256) {
        return _poseidon.hash4(
            _messageDomain, [operation.signerStatic, operation.route, operation.amount, operation.data]
        );
    }

    function _requireOperationOf(uint256 message, Operation calldata operation) private view {
        uint256 given = _message(operation);
        if (given != message) revert OperationMismatch(message, given);
    }

    /// @dev Zero when the promised block is here; the last block's number plus one when the rollup stands still.
    function _requireDue(uint64 promisedBlock) private view returns (uint64) {
        IRollup.State memory state = _rollup.state();
        if (promisedBlock <= state.blockNumber) return 0;
        uint256 since = state.time < _deployedAt ? _deployedAt : state.time;
        if (block.timestamp <= since + _stallSeconds) {
            revert PromiseNotDue(promisedBlock, state.blockNumber, since + _stallSeconds);
        }
        return state.blockNumber + 1;
    }

    function _requireOpen(Receipt calldata receipt, address operator, Operation calldata operation)
        private
        view
        returns (bytes32 id)
    {
        id = challengeId(receipt, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.Open) revert NoOpenChallenge(id, challenge.status);
        if (block.timestamp > challenge.deadline) revert WindowOver(challenge.deadline);
        if (keccak256(abi.encode(operation)) != challenge.operationHash) {
            revert OperationMismatch(receipt.message, _message(operation));
        }
    }

    function _requireBlock(uint64 given, uint64 earliest, uint64 latest) private pure {
        if (given < earliest || given > latest) revert BlockOutsideRange(earliest, latest, given);
    }

    /// @dev Returns the operations root.
    function _requirePlace(Place calldata place, uint256 message) private view returns (uint256 root) {
        _requireWords(place.blockNumber, place.words);
        root = BlockWords.operationsRoot(place.words);
        _requireOperation(root, place.position, place.path);
        uint256 given = place.path[0][2 * (place.position % OPERATIONS_PER_NODE)];
        // An unused slot holds 0, which is no message of a receipt.
        if (given != message || given == 0) revert OperationNotThere(place.position, message, given);
    }

    function _recordAt(Place calldata place) private pure returns (uint256) {
        return place.path[0][2 * (place.position % OPERATIONS_PER_NODE) + 1];
    }

    /// @dev Place in the canonical order as one number, rising: effective priority falls, then the sequence number rises.
    function _rank(Operation calldata operation, uint256 record) private pure returns (uint256) {
        uint256 own = Schema.operationRoute_priorityFee(operation.route);
        uint256 before = Schema.operationRecord_previousPriority(record);
        uint256 effective = own < before ? own : before;
        return ((type(uint32).max - effective) << 64) | Schema.operationRecord_sequence(record);
    }

    /// @dev Rank of the operation at `position`, a neighbour of `place`; the highest number for an unused slot, or for
    /// none. An unused slot before a used one ranks too high to pass.
    function _neighbourRank(uint256 root, Place calldata place, uint256 position, Neighbour calldata neighbour)
        private
        view
        returns (uint256)
    {
        uint256 slot = 2 * (position % OPERATIONS_PER_NODE);
        uint256 message;
        uint256 record;
        if (position / OPERATIONS_PER_NODE == place.position / OPERATIONS_PER_NODE) {
            if (neighbour.path.length != 0) revert NeighbourPathInvalid(position);
            (message, record) = (place.path[0][slot], place.path[0][slot + 1]);
        } else if (neighbour.path.length < place.path.length) {
            _requireMissing(root, position, neighbour.path, place.path.length);
        } else {
            if (neighbour.path.length != place.path.length) revert NeighbourPathInvalid(position);
            _requireOperation(root, position, neighbour.path);
            (message, record) = (neighbour.path[0][slot], neighbour.path[0][slot + 1]);
        }
        if (message == 0) return type(uint256).max;
        _requireOperationOf(message, neighbour.operation);
        return _rank(neighbour.operation, record);
    }

    function _isExcuse(Receipt calldata receipt, Operation calldata operation, CellProof calldata proof)
        private
        pure
        returns (bool)
    {
        if (Schema.cellDynamic_kind(proof.cellDynamic) != Schema.KIND_ACCOUNT) return false;
        uint256 payload = Schema.cellDynamic_payload(proof.cellDynamic);
        // A nonce never falls, so any block up to the promised one shows it. A lower one excuses nothing.
        uint256 nonce = Schema.operationRoute_nonce(operation.route);
        if (Schema.accountPayload_nonce(payload) > nonce) return true;
        // Balance and key may have been others long before: only what came after acceptance counts.
        if (proof.blockNumber <= receipt.acceptedBlock) return false;
        if (proof.cellStatic != operation.signerStatic) return true;
        uint256 fees = Schema.operationRoute_fee(operation.route) + Schema.operationRoute_priorityFee(operation.route);
        return Schema.cellDynamic_amount(proof.cellDynamic) < operation.amount + fees;
    }

    /// @dev `RequestRoute` of L1 request `position` of a block.
    function _requestRoute(bytes calldata words, uint256 position) private pure returns (uint256 route) {
        uint256 count = BlockWords.parse(words).requests;
        if (position >= count) revert RequestNotThere(position, count);
        uint256 offset = BlockWords.FIXED_LENGTH + count * Schema.REQUEST_HEADS * Schema.HEAD_BYTES
            + position * Schema.REQUEST_TAILS * Schema.TAIL_BYTES;
        return uint256(bytes32(words[offset:offset + 32])) >> 8;
    }

    /// @dev The bond pays the operator's answer, whoever sent it.
    function _closeAnswered(bytes32 id) private {
        Challenge storage challenge = _challenges[id];
        challenge.status = Status.Answered;
        address operator = challenge.operator;
        _stake.closeChallenge(operator);
        _token.safeTransfer(operator, _bond);
    }

    /// @dev A receipt serves as evidence of a contradiction once.
    function _punish(address operator, bytes32 firstId, bytes32 secondId) private {
        if (_punished[firstId]) revert PunishedAlready(firstId);
        if (_punished[secondId]) revert PunishedAlready(secondId);
        _punished[firstId] = true;
        _punished[secondId] = true;
        uint256 amount = _stake.slash(operator, msg.sender);
        if (amount == 0) revert IOperatorStake.NothingStaked(operator);
        emit EquivocationProven(operator, firstId, secondId, amount);
    }
}
