// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// A stage that a record has come to, for the log at level debug.
///
/// It names the record and what became of it, never what is in it.
public struct TraceStep: Sendable, Equatable {
    /// What happened, or where the record stands after that.
    public enum Stage: String, Sendable {
        /// Its event is at home and about to be judged.
        case received
        /// Its event is older than what was seen.
        case stale
        /// Its event was seen already.
        case unchanged
        /// Something that it waits for has changed; it is judged anew.
        case released
        /// An operator's command has come for it.
        case commanded
        /// A change is on its way to the other side, with this transaction.
        case published
        /// The delivery says that the change was applied.
        case confirmed
        /// The delivery says that the change was refused.
        case refused
        /// It stands there: it waits for something else.
        case waiting
        /// It stands there: it waits for the delivery's result.
        case pending
        /// It stands there: all that its source asked for is done.
        case coupled
        /// It stands there: it cannot be mapped, or the other side refused it.
        case failed
        /// It stands there: it is left out until it is restored.
        case skipped
        /// It stands there: it is outside its table filter.
        case filtered
        /// It stands there: deleted, and the other side's record is kept.
        case broken
        /// It stands there: over.
        case deleted
    }

    /// The stage.
    public let stage: Stage
    /// Whose it is.
    public let pair: PairKey
    /// The event that it is about; nil where that is not known any more.
    public var causation: Causation?
    /// The outbound change that it is about.
    public var changeID: String?
    /// The first of what it waits for.
    public var reference: Waiting.Reference?
    /// What went wrong.
    public var error: RecordError?

    init(_ stage: Stage, _ pair: PairKey, _ causation: Causation?) {
        self.stage = stage
        self.pair = pair
        self.causation = causation
    }

    /// Where a record stands.
    init(_ coupling: Coupling, _ causation: Causation?) {
        self.init(Stage(of: coupling), coupling.pairKey, coupling.waiting?.causation ?? causation)
        if stage == .waiting { reference = coupling.waiting?.waitsFor.first }
        if stage == .pending { changeID = coupling.inFlight?.changeID }
        if stage == .failed || stage == .skipped { error = coupling.error }
    }
}

extension TraceStep.Stage {
    /// What keeps a record counts for more than what it has become.
    fileprivate init(of coupling: Coupling) {
        switch coupling.state {
        case .failed: self = .failed
        case .skipped: self = .skipped
        default:
            if coupling.inFlight != nil {
                self = .pending
            } else if coupling.waiting != nil {
                self = .waiting
            } else {
                self = TraceStep.Stage(rawValue: coupling.state.rawValue) ?? .coupled
            }
        }
    }
}

extension SyncEngine {
    /// Tells what happened to a pair, where that is wanted.
    func trace(
        _ stage: TraceStep.Stage,
        _ coupling: Coupling,
        _ causation: @autoclosure () -> Causation?,
        changeID: String? = nil
    ) {
        guard isTracing else { return }
        var step = TraceStep(stage, coupling.pairKey, causation())
        step.changeID = changeID
        sink.trace(step)
    }
}
