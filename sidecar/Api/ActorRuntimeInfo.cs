namespace Sidecar.Api;

/// <summary>What the metadata tell of actors, once for both transports. While a worker is connected, workflows show as the actor types
/// daprd runs them by.</summary>
internal static class ActorRuntimeInfo
{
    /// <summary>False until the app has said which actors it hosts.</summary>
    public static bool IsRunning(IAppSidecar sidecar) => sidecar.Well.IsCompletedSuccessfully || Workers(sidecar) > 0;

    public static bool IsHostReady(IAppSidecar sidecar) => sidecar.Ready && IsRunning(sidecar);

    public static int Workers(IAppSidecar sidecar) => sidecar.Blocks.Workflows?.Workers ?? 0;

    public static IEnumerable<(string Type, int Count)> ActiveActors(IAppSidecar sidecar)
    {
        var own = sidecar.ActorHost?.Counts ?? [];
        if (sidecar.Blocks.Workflows is not { Workers: > 0 } workflows)
        {
            return own;
        }
        var prefix = $"dapr.internal.default.{workflows.AppId}.";
        return own.Concat([
            (prefix + "workflow", workflows.ActiveInstances),
            (prefix + "activity", workflows.ActiveActivities),
            (prefix + "retentioner", 0),
        ]);
    }
}
