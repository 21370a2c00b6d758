using Dapr.Workflow;

namespace Orders.Rebuilding;

/// <summary>Stored format.</summary>
internal sealed record RebuildProgress(int Generation, int Record, int Orders, bool Done);

/// <summary>
/// Rebuilds the views from the event streams while the system runs. A new generation is filled beside the current one and receives live
/// events too; when complete it replaces the current one, which is deleted. Durable: continues after a crash.
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
