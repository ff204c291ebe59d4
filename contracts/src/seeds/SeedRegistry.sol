// SPDX-License-Identifier: MIT
// Seeds as ERC-721. Owns their terms, artefacts, and the shares of their royalties; the rollup holds their cells and vaults.
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Schema} from "../generated/Schema.sol";
import {IProgramRegistry} from "../proof/IProgramRegistry.sol";
import {IL1Queue} from "../rollup/IL1Queue.sol";
import {IRollup} from "../rollup/IRollup.sol";
import {ISeedRegistry} from "./ISeedRegistry.sol";
import {ISharesHasher} from "./ISharesHasher.sol";

/// @title Registry of seeds, see {ISeedRegistry}.
contract SeedRegistry is ISeedRegistry, ERC721 {
    /// @dev Version of the terms at registration.
    uint32 private constant FIRST_VERSION = 1;
    /// @dev Levels that the royalty-split circuit has: the seed and three ancestors.
    uint256 private constant MAXIMUM_LEVELS = 4;
    /// @dev Longer than the rollup's deadline for a forced request, so that a vault can leave by L1 before new shares hold.
    uint64 private constant MINIMUM_NOTICE = 7 days;

    /// @dev Shares with their change that waits.
    struct ShareRecord {
        Shares current;
        Shares next;
        uint64 effectiveAt;
        uint64 nonce;
    }

    /// @inheritdoc ISeedRegistry
    address public immutable override rollup;
    /// @inheritdoc ISeedRegistry
    address public immutable override sharesHasher;
    /// @inheritdoc ISeedRegistry
    uint64 public immutable override noticePeriod;
    IProgramRegistry private immutable _programs;

    /// @inheritdoc ISeedRegistry
    uint64 public override count;
    mapping(uint64 seedId => Seed) private _seeds;
    mapping(uint64 seedId => PendingTerms) private _pendingTerms;
    mapping(uint64 seedId => ShareRecord) private _shares;
    mapping(uint64 seedId => address) private _splitters;

    /// @param rollup_ A rollup that was deployed with this contract's address as its seed registry.
    /// @param sharesHasher_ Computes commitments to shares.
    constructor(IRollup rollup_, ISharesHasher sharesHasher_) ERC721("Catalyze Seed", "SEED") {
        if (rollup_.seedRegistry() != address(this)) revert RollupMismatch(rollup_.seedRegistry());
        rollup = address(rollup_);
        sharesHasher = address(sharesHasher_);
        _programs = IProgramRegistry(rollup_.programs());
        uint64 served = 2 * uint64(rollup_.queueTerms().deadline);
        noticePeriod = served > MINIMUM_NOTICE ? served : MINIMUM_NOTICE;
    }

    modifier onlySeedOwner(uint64 seedId) {
        if (_ownerOf(seedId) != msg.sender) revert NotSeedOwner(seedId, msg.sender);
        _;
    }

    /// @inheritdoc ISeedRegistry
    function register(
        bytes32 artefactHash,
        string calldata pointer,
        uint256 programId,
        uint256 parametersCommitment,
        uint64 parent,
        Terms calldata terms
    ) external payable returns (uint64 seedId, uint32 index) {
        _programs.keyOf(programId); // reverts when unknown
        if (parametersCommitment >= Schema.FIELD_MODULUS) revert ParametersNotInField(parametersCommitment);
        if (parent > count) revert UnknownSeed(parent);
        uint256 payload = _packTerms(terms, FIRST_VERSION);
        uint256 fee = _feeOf(Schema.REQUEST_REGISTER_SEED);
        seedId = ++count;
        index = IL1Queue(rollup).enqueueSeed{value: fee}(
            parametersCommitment, programId, Schema.packSeedSubject(parent, seedId), payload
        );
        _seeds[seedId] =
            Seed(artefactHash, parametersCommitment, programId, parent, index, FIRST_VERSION, terms, pointer);
        _mint(msg.sender, seedId);
        _emitRegistered(seedId);
        _returnRest(fee);
    }

    /// @inheritdoc ISeedRegistry
    function updateTerms(uint64 seedId, Terms calldata terms)
        external
        payable
        onlySeedOwner(seedId)
        returns (uint64 applicableAt)
    {
        if (_pendingTerms[seedId].applicableAt != 0) {
            delete _pendingTerms[seedId];
            emit TermsWithdrawn(seedId);
        }
        if (!_anyRises(_seeds[seedId].terms, terms)) {
            _queueTerms(seedId, terms);
            return 0;
        }
        _packTerms(terms, FIRST_VERSION); // reverts when out of range
        applicableAt = uint64(block.timestamp) + noticePeriod;
        uint64 expiresAt = applicableAt + noticePeriod;
        _pendingTerms[seedId] = PendingTerms(terms, applicableAt, expiresAt);
        emit TermsAnnounced(seedId, terms, applicableAt, expiresAt);
        _returnRest(0);
    }

    /// @inheritdoc ISeedRegistry
    function applyTerms(uint64 seedId) external payable {
        PendingTerms memory pending = _pendingTerms[seedId];
        if (pending.applicableAt == 0 || block.timestamp < pending.applicableAt || block.timestamp >= pending.expiresAt)
        {
            revert TermsNotApplicable(seedId, pending.applicableAt, pending.expiresAt);
        }
        delete _pendingTerms[seedId];
        _queueTerms(seedId, pending.terms);
    }

    /// @inheritdoc ISeedRegistry
    function exitSeed(uint64 seedId) external payable {
        address recipient = splitter(seedId);
        if (msg.sender != recipient && msg.sender != _ownerOf(seedId)) revert NotOwnerOrSplitter(seedId, msg.sender);
        uint256 fee = _feeOf(Schema.REQUEST_EXIT_SEED);
        uint64 requestIndex = IL1Queue(rollup).enqueueSeedExit{value: fee}(_seeds[seedId].index, recipient);
        emit SeedExitQueued(seedId, recipient, requestIndex);
        _returnRest(fee);
    }

    /// @inheritdoc ISeedRegistry
    function setSplitter(uint64 seedId, address splitter_) external onlySeedOwner(seedId) {
        _splitters[seedId] = splitter_;
        emit SplitterChanged(seedId, splitter_);
    }

    /// @inheritdoc ISeedRegistry
    function setShares(uint64 seedId, uint256 ownersRoot, uint16 parentShare) external onlySeedOwner(seedId) {
        if (ownersRoot == 0 || ownersRoot >= Schema.FIELD_MODULUS) revert OwnersRootOutOfRange(ownersRoot);
        uint16 promised = shares(seedId).parentShare;
        if (parentShare < promised) revert ParentShareLowered(promised, parentShare);
        _announceShares(seedId, ownersRoot, parentShare);
    }

    /// @inheritdoc ISeedRegistry
    function refreshShares(uint64 seedId) external {
        Shares memory current = shares(seedId);
        if (current.ownersRoot == 0) revert SharesMissing(seedId);
        uint64 effectiveAt = _shares[seedId].effectiveAt;
        if (effectiveAt > block.timestamp) revert SharesPending(seedId, effectiveAt);
        (uint256 sharesRoot,,) = _hashShares(seedId, current.ownersRoot, current.parentShare);
        if (sharesRoot == current.sharesRoot) revert SharesUpToDate(seedId);
        _announceShares(seedId, current.ownersRoot, current.parentShare);
    }

    /// @inheritdoc ISeedRegistry
    function takeDistribution(uint64 seedId) external returns (uint32 index, uint64 nonce, uint256 sharesRoot) {
        if (msg.sender != rollup) revert NotRollup(msg.sender);
        sharesRoot = shares(seedId).sharesRoot;
        if (sharesRoot == 0) revert SharesMissing(seedId);
        index = _seeds[seedId].index;
        nonce = _shares[seedId].nonce++;
        emit RoyaltyDistributed(seedId, nonce, sharesRoot);
    }

    /// @inheritdoc ISeedRegistry
    function seed(uint64 seedId) external view returns (Seed memory) {
        _requireSeed(seedId);
        return _seeds[seedId];
    }

    /// @inheritdoc ISeedRegistry
    function pendingTerms(uint64 seedId) external view returns (PendingTerms memory) {
        return _pendingTerms[seedId];
    }

    /// @inheritdoc ISeedRegistry
    function pendingShares(uint64 seedId) external view returns (Shares memory pending, uint64 effectiveAt) {
        ShareRecord storage record = _shares[seedId];
        if (record.effectiveAt > block.timestamp) return (record.next, record.effectiveAt);
    }

    /// @inheritdoc ISeedRegistry
    function distributionNonce(uint64 seedId) external view returns (uint64) {
        return _shares[seedId].nonce;
    }

    /// @inheritdoc ISeedRegistry
    function splitter(uint64 seedId) public view returns (address) {
        _requireSeed(seedId);
        address chosen = _splitters[seedId];
        return chosen == address(0) ? _ownerOf(seedId) : chosen;
    }

    /// @inheritdoc ISeedRegistry
    function shares(uint64 seedId) public view returns (Shares memory) {
        _requireSeed(seedId);
        ShareRecord storage record = _shares[seedId];
        bool due = record.effectiveAt != 0 && block.timestamp >= record.effectiveAt;
        return due ? record.next : record.current;
    }

    /// @notice ERC-721 metadata: the seed's pointer.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        return _seeds[uint64(tokenId)].pointer;
    }

    /// @dev A new owner starts without the old one's splitter.
    function _update(address to, uint256 tokenId, address authority) internal override returns (address from) {
        from = super._update(to, tokenId, authority);
        uint64 seedId = uint64(tokenId);
        if (_splitters[seedId] != address(0)) {
            delete _splitters[seedId];
            emit SplitterChanged(seedId, address(0));
        }
    }

    function _requireSeed(uint64 seedId) private view {
        if (seedId == 0 || seedId > count) revert UnknownSeed(seedId);
    }

    /// @dev The queue's fee now. Reverts when the value sent does not cover it.
    function _feeOf(uint256 kind) private view returns (uint256 fee) {
        fee = IRollup(rollup).requestFee(kind);
        if (msg.value < fee) revert IL1Queue.FeeTooLow(fee, msg.value);
    }

    /// @dev Returns what the fee left of the value sent; nothing follows it.
    function _returnRest(uint256 fee) private {
        uint256 rest = msg.value - fee;
        if (rest == 0) return;
        (bool sent,) = msg.sender.call{value: rest}("");
        if (!sent) revert IL1Queue.TransferFailed(msg.sender, rest);
    }

    function _anyRises(Terms memory from, Terms calldata to) private pure returns (bool) {
        return
            to.royalty > from.royalty || to.middleware > from.middleware || to.burn > from.burn || to.pool > from.pool;
    }

    /// @dev Puts terms into force: a new version, and the request that carries it to the rollup.
    function _queueTerms(uint64 seedId, Terms memory terms) private {
        uint32 version = _seeds[seedId].version + 1;
        uint256 payload = _packTerms(terms, version);
        uint256 fee = _feeOf(Schema.REQUEST_UPDATE_SEED_TERMS);
        (_seeds[seedId].terms, _seeds[seedId].version) = (terms, version);
        uint64 requestIndex = IL1Queue(rollup).enqueueSeedTerms{value: fee}(_seeds[seedId].index, payload);
        emit TermsChanged(seedId, version, terms, requestIndex);
        _returnRest(fee);
    }

    function _packTerms(Terms memory terms, uint32 version) private pure returns (uint256) {
        uint256 sum = uint256(terms.royalty) + terms.middleware + terms.burn + terms.pool;
        if (sum > Schema.BASIS_POINTS) revert TermsAboveWhole(sum);
        return Schema.packSeedPayload(terms.royalty, terms.middleware, terms.burn, terms.pool, version);
    }

    /// @dev Records the next shares: in force at once when there are none, else after the notice.
    function _announceShares(uint64 seedId, uint256 ownersRoot, uint16 parentShare) private {
        ShareRecord storage record = _shares[seedId];
        record.current = shares(seedId);
        (uint256 sharesRoot, uint256 parentSharesRoot, uint8 levels) = _hashShares(seedId, ownersRoot, parentShare);
        bool first = record.current.ownersRoot == 0;
        record.next = Shares(ownersRoot, sharesRoot, parentShare, levels);
        record.effectiveAt = uint64(block.timestamp) + (first ? 0 : noticePeriod);
        emit SharesAnnounced(seedId, ownersRoot, parentShare, parentSharesRoot, sharesRoot, record.effectiveAt);
    }

    /// @dev The commitment over the parent's shares in force. Royalties end at the level whose parent gets nothing.
    function _hashShares(uint64 seedId, uint256 ownersRoot, uint16 parentShare)
        private
        view
        returns (uint256 sharesRoot, uint256 parentSharesRoot, uint8 levels)
    {
        uint64 parent = _seeds[seedId].parent;
        if (parentShare > Schema.BASIS_POINTS || (parent == 0 && parentShare != 0)) {
            revert ParentShareOutOfRange(parentShare);
        }
        levels = 1;
        if (parentShare != 0) {
            Shares memory above = shares(parent);
            if (above.ownersRoot == 0) revert SharesMissing(parent);
            if (above.levels == MAXIMUM_LEVELS) revert TooManyLevels(MAXIMUM_LEVELS + 1);
            (parentSharesRoot, levels) = (above.sharesRoot, above.levels + 1);
        }
        sharesRoot = ISharesHasher(sharesHasher).hash(ownersRoot, parentShare, parentSharesRoot);
    }

    function _emitRegistered(uint64 seedId) private {
        Seed memory registered = _seeds[seedId];
        emit SeedRegistered(
            seedId,
            msg.sender,
            registered.programId,
            registered.parametersCommitment,
            registered.parent,
            registered.index,
            registered.version,
            registered.terms,
            registered.artefactHash,
            registered.pointer
        );
    }
}
