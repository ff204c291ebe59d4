// SPDX-License-Identifier: MIT
// The game over leases of chunks. Owns challenges and their bonds. Public words don't say which order a settlement is for:
// a chunk's bit in the order's cell says that it was settled in a block, the statements say for whom the work was. Where
// two orders of the same work meet in one block, the operator answers with the leased provider's statement.
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Schema} from "../generated/Schema.sol";
import {IPoseidon} from "../hash/IPoseidon.sol";
import {BlockWords} from "../rollup/BlockWords.sol";
import {IRollup} from "../rollup/IRollup.sol";
import {ChainEvidence} from "./ChainEvidence.sol";
import {ILeaseChallenge} from "./ILeaseChallenge.sol";
import {IOperatorStake} from "./IOperatorStake.sol";

/// @title LeaseChallenge, see {ILeaseChallenge}.
contract LeaseChallenge is ILeaseChallenge, ChainEvidence {
    using SafeERC20 for IERC20;

    bytes32 private constant LEASE_TYPE = keccak256(
        "Lease(uint64 orderId,uint32 orderIndex,uint256 orderStatic,uint32 chunk,uint256 programId,"
        "uint256 parametersCommitment,uint256 inputsRoot,uint32 from,uint32 count,address provider,uint64 price,"
        "uint64 since,uint64 until)"
    );
    uint256 private constant STATEMENT_WORDS = 6;

    IOperatorStake private immutable _stake;
    IERC20 private immutable _token;
    uint256 private immutable _bond;
    uint64 private immutable _windowSeconds;

    mapping(bytes32 id => Challenge) private _challenges;
    mapping(bytes32 id => bool) private _punished;

    constructor(IRollup rollup_, IPoseidon poseidon_, IOperatorStake stake_, LeaseTerms memory terms_)
        ChainEvidence(rollup_, poseidon_)
    {
        if (address(stake_) == address(0)) revert EvidenceAddressZero();
        if (terms_.bond == 0 || terms_.windowSeconds == 0) revert LeaseTermsInvalid();
        if (stake_.unbondingSeconds() <= terms_.windowSeconds) revert LeaseTermsInvalid();
        _stake = stake_;
        _token = IERC20(stake_.token());
        _bond = terms_.bond;
        _windowSeconds = terms_.windowSeconds;
    }

    /// @inheritdoc ILeaseChallenge
    function challengeLease(Lease calldata lease, bytes calldata signature, Evidence calldata evidence)
        external
        returns (bytes32 id)
    {
        address operator = _signer(_leaseDigest(lease), signature);
        _stake.openChallenge(operator);
        id = leaseId(lease, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.None) revert LeaseChallengedAlready(id, challenge.status);
        _requireWords(evidence.blockNumber, evidence.words);
        BlockWords.Header memory header = BlockWords.parse(evidence.words);
        uint256 time = Schema.blockMeta_time(header.meta);
        if (time < lease.since || time > lease.until) revert OutsideLease(lease.since, lease.until, time);
        if (_providerOf(lease, evidence.words, header, evidence.other) == lease.provider) {
            revert LeaseKept(lease.provider);
        }
        _requireSettledHere(lease, evidence, header);
        challenge.challenger = msg.sender;
        challenge.deadline = uint64(block.timestamp) + _windowSeconds;
        challenge.status = Status.Open;
        challenge.operator = operator;
        challenge.blockNumber = evidence.blockNumber;
        emit LeaseChallenged(id, operator, msg.sender, lease, evidence.blockNumber, challenge.deadline);
        _token.safeTransferFrom(msg.sender, address(this), _bond);
    }

    /// @inheritdoc ILeaseChallenge
    function answerLease(
        Lease calldata lease,
        address operator,
        bytes calldata words,
        Settlement calldata settlement
    ) external {
        bytes32 id = leaseId(lease, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.Open) revert NoOpenLeaseChallenge(id, challenge.status);
        if (block.timestamp > challenge.deadline) revert LeaseWindowOver(challenge.deadline);
        _requireWords(challenge.blockNumber, words);
        address provider = _providerOf(lease, words, BlockWords.parse(words), settlement);
        if (provider != lease.provider) revert OtherProvider(lease.provider, provider);
        challenge.status = Status.Answered;
        emit LeaseAnswered(id, settlement.index);
        _stake.closeChallenge(operator);
        _token.safeTransfer(operator, _bond);
    }

    /// @inheritdoc ILeaseChallenge
    function finaliseLease(Lease calldata lease, address operator) external {
        bytes32 id = leaseId(lease, operator);
        Challenge storage challenge = _challenges[id];
        if (challenge.status != Status.Open) revert NoOpenLeaseChallenge(id, challenge.status);
        if (block.timestamp <= challenge.deadline) revert LeaseWindowOpen(challenge.deadline);
        challenge.status = Status.Broken;
        address challenger = challenge.challenger;
        _stake.closeChallenge(operator);
        emit LeaseBroken(id, operator, _stake.slash(operator, challenger));
        _token.safeTransfer(challenger, _bond);
    }

    /// @inheritdoc ILeaseChallenge
    function proveDoubleLease(
        Lease calldata first,
        bytes calldata firstSignature,
        Lease calldata second,
        bytes calldata secondSignature
    ) external {
        address operator = _signer(_leaseDigest(first), firstSignature);
        if (_signer(_leaseDigest(second), secondSignature) != operator) revert LeasesCompatible();
        bool sameChunk = first.orderIndex == second.orderIndex && first.orderStatic == second.orderStatic
            && first.chunk == second.chunk;
        bool overlapping = first.since <= second.until && second.since <= first.until && first.since <= first.until
            && second.since <= second.until;
        if (!sameChunk || !overlapping || first.provider == second.provider) revert LeasesCompatible();
        (bytes32 firstId, bytes32 secondId) = (leaseId(first, operator), leaseId(second, operator));
        if (_punished[firstId]) revert LeasePunishedAlready(firstId);
        if (_punished[secondId]) revert LeasePunishedAlready(secondId);
        (_punished[firstId], _punished[secondId]) = (true, true);
        uint256 amount = _stake.slash(operator, msg.sender);
        if (amount == 0) revert IOperatorStake.NothingStaked(operator);
        emit DoubleLeaseProven(operator, firstId, secondId, amount);
    }

    /// @inheritdoc ILeaseChallenge
    function leaseId(Lease calldata lease, address operator) public view returns (bytes32) {
        return keccak256(abi.encode(_leaseDigest(lease), operator));
    }

    /// @inheritdoc ILeaseChallenge
    function leaseChallengeOf(bytes32 id) external view returns (Challenge memory) {
        return _challenges[id];
    }

    /// @inheritdoc ILeaseChallenge
    function leaseTerms() external view returns (LeaseTerms memory) {
        return LeaseTerms(_bond, _windowSeconds);
    }

    /// @inheritdoc ILeaseChallenge
    function operatorStake() external view returns (address) {
        return address(_stake);
    }

    function _leaseDigest(Lease calldata lease) private view returns (bytes32) {
        return _digest(keccak256(abi.encode(LEASE_TYPE, lease)));
    }

    /// @dev Provider of a settlement of the block. Reverts unless its statement is about the leased work.
    function _providerOf(
        Lease calldata lease,
        bytes calldata words,
        BlockWords.Header memory header,
        Settlement calldata settlement
    ) private view returns (address) {
        uint256 index = settlement.index;
        if (index >= header.settlements) revert SettlementMismatch(index);
        (uint256 commitment, uint256 programId) = BlockWords.settlement(words, header, index);
        uint256[6] calldata statement = settlement.statement;
        uint256[16] memory inputs;
        for (uint256 i = 0; i < STATEMENT_WORDS; i++) {
            inputs[i] = statement[i];
        }
        if (_poseidon.hash16(Schema.DOMAIN_PUBLIC_DATA + STATEMENT_WORDS, inputs) != commitment) {
            revert SettlementMismatch(index);
        }
        uint256 range = statement[4];
        bool same = programId == lease.programId && statement[0] == lease.parametersCommitment
            && statement[1] == lease.inputsRoot && Schema.statementRange_from(range) == lease.from
            && Schema.statementRange_count(range) == lease.count;
        if (!same) revert OtherWork(index);
        return address(uint160(Schema.statementRange_provider(range)));
    }

    /// @dev Reverts unless the chunk was open before the block and is settled after it; a deleted order has no open one.
    function _requireSettledHere(Lease calldata lease, Evidence calldata evidence, BlockWords.Header memory header)
        private
        view
    {
        _requireCell(header.oldRoot, lease.orderIndex, lease.orderStatic, evidence.cellDynamic, evidence.path);
        bool isOrder = Schema.cellDynamic_kind(evidence.cellDynamic) == Schema.KIND_ORDER;
        bool isOpen = isOrder && !_isSettled(evidence.cellDynamic, lease.chunk);
        if (!isOpen || evidence.cell >= header.cells) revert ChunkNotSettledHere(lease.orderIndex, lease.chunk);
        uint256 word = BlockWords.cell(evidence.words, header, evidence.cell);
        uint256 dynamic = Schema.cellWord_dynamic(word);
        bool isClosed = dynamic == 0 || _isSettled(dynamic, lease.chunk);
        if (Schema.cellWord_index(word) != lease.orderIndex || !isClosed) {
            revert ChunkNotSettledHere(lease.orderIndex, lease.chunk);
        }
    }

    function _isSettled(uint256 cellDynamic, uint32 chunk) private pure returns (bool) {
        uint256 bitmap = Schema.orderPayload_bitmap(Schema.cellDynamic_payload(cellDynamic));
        return chunk < Schema.MAXIMUM_CHUNKS && (bitmap >> chunk) & 1 == 1;
    }
}
