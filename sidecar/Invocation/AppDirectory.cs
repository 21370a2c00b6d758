using Sidecar.Apps;
using Sidecar.Hosting;

namespace Sidecar.Invocation;

/// <summary>Who is where among the apps of this process.</summary>
internal sealed class AppDirectory
{
    private readonly Lock gate = new(); // of those who change
    private volatile Dictionary<string, AppSidecar[]> local = new(StringComparer.Ordinal);
    private readonly RoundRobin turns = new();

    public IEnumerable<AppSidecar> All => local.Values.SelectMany(instances => instances);

    public void Add(AppSidecar sidecar) => Change(sidecar.Options.AppId, instances => [.. instances, sidecar]);

    public void Remove(AppSidecar sidecar) => Change(sidecar.Options.AppId, instances => [.. instances.Where(other => other != sidecar)]);

    /// <summary>The instance that runs the app's workflows, if it is here.</summary>
    public AppSidecar? Leader(string appId) => local.TryGetValue(appId, out var instances) ? instances.FirstOrDefault(instance => instance.Leadership.IsHere) : null;

    public AppSidecar? At(int port) => All.FirstOrDefault(sidecar => sidecar.Options.InternalGrpcPort == port);

    /// <summary>Who is to take a call: the caller itself when it means itself, else one instance after the other, as long as they are well.</summary>
    public AppSidecar? Find(string appId, AppOptions caller)
    {
        if (!local.TryGetValue(appId, out var instances))
        {
            return null;
        }
        if (instances.Length == 1)
        {
            return instances[0];
        }
        if (appId == caller.AppId)
        {
            return At(caller.InternalGrpcPort);
        }
        var turn = turns.From(instances).ToList();
        return turn.Find(instance => instance.AppIsWell) ?? turn[0];
    }

    private void Change(string appId, Func<AppSidecar[], AppSidecar[]> change)
    {
        lock (gate)
        {
            var changed = new Dictionary<string, AppSidecar[]>(local, StringComparer.Ordinal) { [appId] = change(local.GetValueOrDefault(appId, [])) };
            if (changed[appId].Length == 0)
            {
                changed.Remove(appId);
            }
            local = changed;
        }
    }
}
