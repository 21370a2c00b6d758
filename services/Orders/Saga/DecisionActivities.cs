using Dapr.Workflow;
using Orders.Approving;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Refusals;

namespace Orders.Saga;

/// <summary>
/// Appends the intervention to the order's stream, once. Returns the operator's decision, or null if there is none yet. An order that has
/// gone on without a decision, for example because its goods have left, is tried again: the service's answer then ends the compensation.
/// </summary>
internal sealed class RequireIntervention(OrderStreams streams, TimeProvider time)
    : WorkflowActivity<InterventionRequest, InterventionDecided?>
{
    public override async Task<InterventionDecided?> RunAsync(WorkflowActivityContext context, InterventionRequest request)
    {
        var order = await streams.AppendAsync(
            request.OrderId,
            order => InterventionRules.Require(order, request, time.GetUtcNow()),
            CancellationToken.None
        );
        return order switch
        {
            { Value: { } found } => InterventionRules.Find(found, request) is { Decided: null } one && one != found.OpenIntervention
                ? Retry()
                : InterventionRules.Find(found, request)?.Decided,
            // An order that could not even be written has nothing a person could look at; its store was away, and is there again.
            { Refusal.Kind: RefusalKind.NotFound } => Retry(),
            _ => throw new InvalidOperationException(order.Refusal!.Detail),
        };

        InterventionDecided Retry() => new(0, OperatorDecision.Retry, null, null, time.GetUtcNow());
    }
}

/// <summary>Stored format.</summary>
internal sealed record ApprovalQuestion(string OrderId, ApprovalTerms Terms, IReadOnlyList<SagaStep> Steps);

/// <summary>Stored format. <paramref name="Wait"/>: how long the question stays open.</summary>
internal sealed record ApprovalAnswer(ApprovalState State, string? Reason, TimeSpan Wait)
{
    /// <summary>The stable code of <paramref name="Reason"/>.</summary>
    public string? Code { get; init; }

    /// <summary>The technical cause of a time-out, for operators alone.</summary>
    public string? Cause { get; init; }
}

/// <summary>Asks for approval, once; reads how the question stands, and closes it when its time is over.</summary>
internal sealed class AskForApproval(OrderStreams streams, TimeProvider time) : WorkflowActivity<ApprovalQuestion, ApprovalAnswer>
{
    private static readonly TimeSpan MinDelay = TimeSpan.FromMilliseconds(50);

    public override async Task<ApprovalAnswer> RunAsync(WorkflowActivityContext context, ApprovalQuestion question)
    {
        var appended = await streams.AppendAsync(
            question.OrderId,
            order =>
                ApprovalRules
                    .Request(order, question.Terms, question.Steps, time.GetUtcNow())
                    .Or(() => ApprovalRules.Expire(order, time.GetUtcNow())),
            CancellationToken.None
        );
        var order = appended.Value ?? throw new InvalidOperationException($"order '{question.OrderId}': {appended.Refusal?.Detail}");
        var (state, why) = ApprovalRules.Read(order);
        var left = (order.Approval?.Until ?? time.GetUtcNow()) - time.GetUtcNow();
        return new ApprovalAnswer(state, why?.Reason, left > TimeSpan.Zero ? left : MinDelay) { Code = why?.Code, Cause = why?.Cause };
    }
}

/// <summary>The goods have left before the shipment could be stopped: the cancellation comes too late.</summary>
internal sealed class RefuseCancellation(OrderStreams streams) : WorkflowActivity<string, StepReply>
{
    public override async Task<StepReply> RunAsync(WorkflowActivityContext context, string orderId) =>
        StepReply.OfExisting(await streams.AppendAsync(orderId, OrderRules.RefuseCancellation, CancellationToken.None));
}
