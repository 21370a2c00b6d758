using Dapr.Workflow;
using Orders.Views;
using ServiceDefaults.State;

namespace Orders.Rebuilding;

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

/// <summary>Projects a few thousand orders per call, so that a crash repeats little work.</summary>
internal sealed class RebuildChunk(OrderCatalogue catalogue, OrderProjection projection)
    : WorkflowActivity<RebuildProgress, RebuildProgress>
{
    private const int RecordsPerChunk = 10;

    /// <summary>
    /// This number of orders with a hundred lines each fits into the 4 MB of a gRPC answer. Live events wait for one call at most.
    /// </summary>
    private const int OrdersPerCall = 64;

    public override async Task<RebuildProgress> RunAsync(WorkflowActivityContext context, RebuildProgress progress)
    {
        for (var i = 0; i < RecordsPerChunk; i++)
        {
            if (await catalogue.ReadAsync(progress.Record, CancellationToken.None) is not { } ids)
            {
                return progress with { Done = true };
            }
            foreach (var some in ids.Distinct(StringComparer.Ordinal).Chunk(OrdersPerCall))
            {
                await projection.RebuildAsync(progress.Generation, some, CancellationToken.None);
            }
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
