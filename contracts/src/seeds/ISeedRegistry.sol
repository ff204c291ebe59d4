// SPDX-License-Identifier: MIT
// Owns the documentation, errors, events and types of seeds. docs/decisions/031-seed-terms-and-shares.md has the reasons.
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Seeds: models and algorithms as NFTs, with the terms on which they may be used.
/// @notice Registering a seed also queues its cell on the rollup. Seed ids start at 1.
interface ISeedRegistry is IERC721 {
    /// @notice Shares of every payment, in basis points; their sum is at most 10,000.
    struct Terms {
        uint16 royalty;
        uint16 middleware;
        uint16 burn;
        uint16 pool;
    }

    /// @notice A seed.
    /// @param artefactHash SHA-256 of the artefact (weights, source) that the pointer leads to.
    /// @param parametersCommitment Commitment to the program's parameters, below r.
    /// @param programId Program that runs the seed.
    /// @param parent Seed that it was forked from; 0 for an original.
    /// @param index Cell of the seed in the rollup's state.
    /// @param version Version of the terms, from 1.
    /// @param pointer Where the artefact is found (URI).
    struct Seed {
        bytes32 artefactHash;
        uint256 parametersCommitment;
        uint256 programId;
        uint64 parent;
        uint32 index;
        uint32 version;
        Terms terms;
        string pointer;
    }

    /// @notice New terms that wait, because one of their shares is higher than now.
    /// @param terms The new terms.
    /// @param applicableAt First time at which anyone may put them into force; 0 when nothing waits.
    /// @param expiresAt From then on they are void.
    struct PendingTerms {
        Terms terms;
        uint64 applicableAt;
        uint64 expiresAt;
    }

    /// @notice Who shares a seed's royalties.
    /// @param ownersRoot Commitment to the owners and their parts; 0 before the first {setShares}.
    /// @param sharesRoot Commitment over the owners, the parent's share and the parent's commitment.
    /// @param parentShare Basis points of every distribution that go to the parent's owners.
    /// @param levels Levels of the stack: the seed, its parent, … as far as royalties flow.
    struct Shares {
        uint256 ownersRoot;
        uint256 sharesRoot;
        uint16 parentShare;
        uint8 levels;
    }

    /// @notice A seed was registered.
    event SeedRegistered(
        uint64 indexed seedId,
        address indexed creator,
        uint256 indexed programId,
        uint256 parametersCommitment,
        uint64 parent,
        uint32 index,
        uint32 version,
        Terms terms,
        bytes32 artefactHash,
        string pointer
    );

    /// @notice The owner announced terms of which a share rises; anyone may put them into force from `applicableAt`.
    event TermsAnnounced(uint64 indexed seedId, Terms terms, uint64 applicableAt, uint64 expiresAt);

    /// @notice Announced terms were dropped for others.
    event TermsWithdrawn(uint64 indexed seedId);

    /// @notice New terms are in the rollup's queue. Orders posted before it consumes them keep theirs.
    event TermsChanged(uint64 indexed seedId, uint32 version, Terms terms, uint64 requestIndex);

    /// @notice The seed's vault goes to its splitter, once the rollup consumes the request.
    event SeedExitQueued(uint64 indexed seedId, address indexed recipient, uint64 requestIndex);

    /// @notice The receiver of the seed's vault on L1 changed.
    event SplitterChanged(uint64 indexed seedId, address splitter);

    /// @notice Other shares take effect at `effectiveAt`; distributions before it pay by the old ones.
    event SharesAnnounced(
        uint64 indexed seedId,
        uint256 ownersRoot,
        uint16 parentShare,
        uint256 parentSharesRoot,
        uint256 sharesRoot,
        uint64 effectiveAt
    );

    /// @notice A block distributed from the seed's vault by these shares.
    event RoyaltyDistributed(uint64 indexed seedId, uint64 nonce, uint256 sharesRoot);

    /// @notice The rollup of this registry names another registry.
    error RollupMismatch(address seedRegistryOfRollup);
    /// @notice The parameters commitment is not below r.
    error ParametersNotInField(uint256 parametersCommitment);
    /// @notice No such seed.
    error UnknownSeed(uint64 seedId);
    /// @notice The shares sum to more than 10,000 basis points.
    error TermsAboveWhole(uint256 basisPoints);

    /// @notice Only the seed's owner may do this.
    error NotSeedOwner(uint64 seedId, address caller);
    /// @notice Only the seed's owner or its splitter may do this.
    error NotOwnerOrSplitter(uint64 seedId, address caller);
    /// @notice Only the rollup may do this.
    error NotRollup(address caller);
    /// @notice No terms wait, they are not due yet, or they have expired.
    error TermsNotApplicable(uint64 seedId, uint64 applicableAt, uint64 expiresAt);
    /// @notice A commitment to owners is above 0 and below r.
    error OwnersRootOutOfRange(uint256 ownersRoot);
    /// @notice The parent's share is at most 10,000 basis points, and 0 without a parent.
    error ParentShareOutOfRange(uint256 parentShare);
    /// @notice What a seed promised to its parent can only rise.
    error ParentShareLowered(uint16 promised, uint16 given);
    /// @notice The seed has no shares yet.
    error SharesMissing(uint64 seedId);
    /// @notice Royalties flow through at most 4 levels.
    error TooManyLevels(uint256 levels);
    /// @notice A change of shares waits already, until `effectiveAt`.
    error SharesPending(uint64 seedId, uint64 effectiveAt);
    /// @notice The parent's shares are those that the seed has already.
    error SharesUpToDate(uint64 seedId);

    /// @notice Rollup that holds the seeds' cells.
    function rollup() external view returns (address);

    /// @notice Computes commitments to shares.
    function sharesHasher() external view returns (address);

    /// @notice Seconds that a rise of any share of the terms, and every change of shares, is announced before.
    function noticePeriod() external view returns (uint64);

    /// @notice Registers a seed, mints its NFT to the caller and queues its cell on the rollup. The value sent pays the
    /// queue's fee; what is left of it is returned.
    /// @param artefactHash SHA-256 of the artefact.
    /// @param pointer Where the artefact is found (URI).
    /// @param programId A registered program.
    /// @param parametersCommitment Commitment to the program's parameters, below r.
    /// @param parent Seed that it was forked from; 0 for an original.
    /// @param terms Shares in basis points.
    /// @return seedId The new seed.
    /// @return index Its cell in the rollup's state.
    function register(
        bytes32 artefactHash,
        string calldata pointer,
        uint256 programId,
        uint256 parametersCommitment,
        uint64 parent,
        Terms calldata terms
    ) external payable returns (uint64 seedId, uint32 index);

    /// @notice New terms. When no share rises they are queued at once, and the value sent pays the queue's fee; otherwise they
    /// wait for the notice period, then see {applyTerms}. Either way they replace terms that wait. Only the owner.
    /// @return applicableAt 0 when queued at once, else when they may be applied.
    function updateTerms(uint64 seedId, Terms calldata terms) external payable returns (uint64 applicableAt);

    /// @notice Queues terms that have waited long enough. Anyone may call, and pays the queue's fee.
    function applyTerms(uint64 seedId) external payable;

    /// @notice Asks for the seed's whole vault as a withdrawal to its splitter. Only the owner or the splitter, who pays the
    /// queue's fee.
    function exitSeed(uint64 seedId) external payable;

    /// @notice Sets who receives the vault when it leaves on L1: a contract that splits it. Zero means the NFT's owner, to which
    /// it returns whenever the NFT is transferred. Only the owner.
    function setSplitter(uint64 seedId, address splitter_) external;

    /// @notice Sets who shares the seed's royalties: at once the first time, later after the notice period, so that what was
    /// earned before can be distributed by the old shares first. Only the owner; replaces a change that waits.
    /// @param ownersRoot Commitment to the owners and their parts (docs/royalty.md).
    /// @param parentShare Basis points that go to the parent's owners; can only rise.
    function setShares(uint64 seedId, uint256 ownersRoot, uint16 parentShare) external;

    /// @notice Takes over changed shares of the parent, after the notice period. Anyone may call; not while a change waits.
    function refreshShares(uint64 seedId) external;

    /// @notice Called by the rollup for each distribution of a block: returns what its proof must say, and counts it.
    /// @return index The seed's cell.
    /// @return nonce Number of distributions before this one.
    /// @return sharesRoot Commitment to the shares in force.
    function takeDistribution(uint64 seedId) external returns (uint32 index, uint64 nonce, uint256 sharesRoot);

    /// @notice Terms that wait.
    function pendingTerms(uint64 seedId) external view returns (PendingTerms memory);

    /// @notice Shares in force.
    function shares(uint64 seedId) external view returns (Shares memory);

    /// @notice Shares that will be in force at `effectiveAt`; 0 when no change waits.
    function pendingShares(uint64 seedId) external view returns (Shares memory pending, uint64 effectiveAt);

    /// @notice Number of distributions so far: the nonce of the next one.
    function distributionNonce(uint64 seedId) external view returns (uint64);

    /// @notice Receiver of the seed's vault on L1.
    function splitter(uint64 seedId) external view returns (address);

    /// @notice A seed. Reverts when unknown.
    function seed(uint64 seedId) external view returns (Seed memory);

    /// @notice Number of seeds; ids are 1 … count.
    function count() external view returns (uint64);
}
