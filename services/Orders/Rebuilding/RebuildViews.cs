using Dapr.Workflow;
using Orders.Views;
using ServiceDefaults.State;

namespace Orders.Rebuilding;

/// <summary>Stored format.</summary>
internal sealed record RebuildProgress(int Generation, int Record, int Orders, bool Done);

/// <summary>
/// Builds the views anew from the event streams while the system runs: a generation beside the one that is shown, to which live events are
/// written too; when all orders are in it, it is shown, and the old one is removed. Durable: after a crash it goes on.
/// </summary>
internal sealed class RebuildViews : Workflow<RebuildProgress?, RebuildProgress>
{
    public const string Instance = "rebuild-views";
    private const int ChunksPerHistory = 100;

    private static readonly WorkflowTaskOptions Patient = new(
        new WorkflowRetryPolicy(int.MaxValue, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(10))
    );

    public override async Task<RebuildProgress> RunAsync(WorkflowContext context, RebuildProgress? input)
    {
        var progress = input ?? await context.CallActivityAsync<RebuildProgress>(nameof(BeginRebuild), null, Patient);
        for (var chunks = 0; !progress.Done; chunks++)
        {
            if (chunks == ChunksPerHistory)
            {
                context.ContinueAsNew(progress);
                return progress;
            }
            progress = await context.CallActivityAsync<RebuildProgress>(nameof(RebuildChunk), progress, Patient);
            context.SetCustomStatus(progress);
        }
        await context.CallActivityAsync<RebuildProgress>(nameof(ShowRebuilt), progress, Patient);
        return progress;
    }
}

/// <summary>From here on live events are written to the new generation as well. One that a killed rebuild has left is taken up.</summary>
internal sealed class BeginRebuild(ViewState state) : WorkflowActivity<RebuildProgress?, RebuildProgress>
{
    public override async Task<RebuildProgress> RunAsync(WorkflowActivityContext context, RebuildProgress? input)
    {
        await state.EnsureAsync([ViewKeys.Generation], Generation.First, CancellationToken.None);
        while (true)
        {
            var kept = (await state.ReadAsync([ViewKeys.Generation], CancellationToken.None))[ViewKeys.Generation];
            var generation = kept.As<Generation>()!;
            if (generation.Building is { } building)
            {
                return new RebuildProgress(building, 0, 0, false);
            }
            var next = generation with { Building = generation.Current + 1 };
            if (
                await state.WriteAsync([new RecordChange(ViewKeys.Generation, next, kept.ETag)], CancellationToken.None)
                == WriteResult.Written
            )
            {
                return new RebuildProgress(next.Building!.Value, 0, 0, false);
            }
        }
    }
}

/// <summary>Some thousand orders a call, so that what a crash repeats is little.</summary>
internal sealed class RebuildChunk(OrderCatalogue catalogue, OrderProjection projection)
    : WorkflowActivity<RebuildProgress, RebuildProgress>
{
    private const int RecordsPerChunk = 10;

    public override async Task<RebuildProgress> RunAsync(WorkflowActivityContext context, RebuildProgress progress)
    {
        for (var i = 0; i < RecordsPerChunk; i++)
        {
            if (await catalogue.ReadAsync(progress.Record, CancellationToken.None) is not { } ids)
            {
                return progress with { Done = true };
            }
            await projection.RebuildAsync(progress.Generation, [.. ids.Distinct(StringComparer.Ordinal)], CancellationToken.None);
            progress = progress with { Record = progress.Record + 1, Orders = progress.Orders + ids.Count };
        }
        return progress;
    }
}

/// <summary>Shows the new generation, then removes the old one.</summary>
internal sealed class ShowRebuilt(ViewState state, ViewMigration old) : WorkflowActivity<RebuildProgress, RebuildProgress>
{
    public override async Task<RebuildProgress> RunAsync(WorkflowActivityContext context, RebuildProgress progress)
    {
        while (true)
        {
            var kept = (await state.ReadAsync([ViewKeys.Generation], CancellationToken.None))[ViewKeys.Generation];
            if (
                kept.As<Generation>()!.Current == progress.Generation
                || await state.WriteAsync(
                    [new RecordChange(ViewKeys.Generation, new Generation(progress.Generation, null), kept.ETag)],
                    CancellationToken.None
                ) == WriteResult.Written
            )
            {
                break;
            }
        }
        await old.RemoveAsync(progress.Generation - 1, CancellationToken.None);
        return progress;
    }
}
