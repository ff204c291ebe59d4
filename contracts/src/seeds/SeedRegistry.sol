// SPDX-License-Identifier: MIT
// Seeds as ERC-721. Owns their terms and artefacts; the rollup holds their cells.
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Schema} from "../generated/Schema.sol";
import {IProgramRegistry} from "../proof/IProgramRegistry.sol";
import {IRollup} from "../rollup/IRollup.sol";
import {ISeedRegistry} from "./ISeedRegistry.sol";

/// @title Registry of seeds, see {ISeedRegistry}.
contract SeedRegistry is ISeedRegistry, ERC721 {
    /// @dev Version of the terms at registration.
    uint32 private constant FIRST_VERSION = 1;

    /// @inheritdoc ISeedRegistry
    address public immutable override rollup;
    IProgramRegistry private immutable _programs;

    /// @inheritdoc ISeedRegistry
    uint64 public override count;
    mapping(uint64 seedId => Seed) private _seeds;

    /// @param rollup_ A rollup that was deployed with this contract's address as its seed registry.
    constructor(IRollup rollup_) ERC721("Catalyze Seed", "SEED") {
        if (rollup_.seedRegistry() != address(this)) revert RollupMismatch(rollup_.seedRegistry());
        rollup = address(rollup_);
        _programs = IProgramRegistry(rollup_.programs());
    }

    /// @inheritdoc ISeedRegistry
    function register(
        bytes32 artefactHash,
        string calldata pointer,
        uint256 programId,
        uint256 parametersCommitment,
        uint64 parent,
        Terms calldata terms
    ) external returns (uint64 seedId, uint32 index) {
        _programs.keyOf(programId); // reverts when unknown
        if (parametersCommitment >= Schema.FIELD_MODULUS) revert ParametersNotInField(parametersCommitment);
        if (parent > count) revert UnknownSeed(parent);
        uint256 payload = _packTerms(terms);
        seedId = ++count;
        index = IRollup(rollup)
            .enqueueSeed(parametersCommitment, programId, Schema.packSeedSubject(parent, seedId), payload);
        _seeds[seedId] =
            Seed(artefactHash, parametersCommitment, programId, parent, index, FIRST_VERSION, terms, pointer);
        _mint(msg.sender, seedId);
        _emitRegistered(seedId);
    }

    /// @inheritdoc ISeedRegistry
    function seed(uint64 seedId) external view returns (Seed memory) {
        if (seedId == 0 || seedId > count) revert UnknownSeed(seedId);
        return _seeds[seedId];
    }

    /// @notice ERC-721 metadata: the seed's pointer.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        return _seeds[uint64(tokenId)].pointer;
    }

    function _packTerms(Terms calldata terms) private pure returns (uint256) {
        uint256 sum = uint256(terms.royalty) + terms.middleware + terms.burn + terms.pool;
        if (sum > Schema.BASIS_POINTS) revert TermsAboveWhole(sum);
        return Schema.packSeedPayload(terms.royalty, terms.middleware, terms.burn, terms.pool, FIRST_VERSION);
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
