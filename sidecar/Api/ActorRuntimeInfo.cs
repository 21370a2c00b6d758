namespace Sidecar.Api;

/// <summary>
/// The actor part of the metadata API, for both transports. While a worker is connected, workflows are listed as the actor types by which
/// daprd runs them.
/// </summary>
internal static class ActorRuntimeInfo
{
    /// <summary>False until the app has reported its actor types, and while an app that hosts actors is unhealthy.</summary>
    public static bool IsRunning(IAppSidecar sidecar) => sidecar.ActorsRegistered.IsCompleted || Workers(sidecar) > 0;

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
