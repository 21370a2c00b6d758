using System.Collections.Concurrent;
using System.Globalization;
using Conformance.Apps;
using Conformance.Running;
using Microsoft.AspNetCore.Http;

namespace Conformance.Instances;

/// <summary>What the instances of an app see of their actors together: where each is active, and what should never be.</summary>
internal sealed class ActorWitness
{
    private readonly Dictionary<string, (ActorSite Site, int Turns)> active = []; // guarded by itself

    public ConcurrentQueue<string> Violations { get; } = new();

    public ConcurrentDictionary<string, int> Turns { get; } = new();

    public void Begin(ActorSite site, string id)
    {
        lock (active)
        {
            if (active.TryGetValue(id, out var known) && !known.Site.IsDead)
            {
                if (known.Site != site)
                {
                    Violations.Enqueue($"{id} is active at {site.Name} while it is at {known.Site.Name}");
                }
                if (known.Turns > 0)
                {
                    Violations.Enqueue($"two turns of {id} at once");
                }
            }
            active[id] = (site, 1);
        }
    }

    public void End(ActorSite site, string id)
    {
        lock (active)
        {
            if (active.TryGetValue(id, out var known) && known.Site == site)
            {
                active[id] = (site, 0);
            }
        }
    }

    public void Deactivated(ActorSite site, string id)
    {
        lock (active)
        {
            if (active.TryGetValue(id, out var known) && known.Site == site)
            {
                active.Remove(id);
            }
        }
    }

    /// <summary>The names of the sites that have an actor.</summary>
    public IReadOnlyList<string> Sites()
    {
        lock (active)
        {
            return [.. active.Values.Where(known => !known.Site.IsDead).Select(known => known.Site.Name).Distinct().Order(StringComparer.Ordinal)];
        }
    }
}

/// <summary>One instance of an app with actors that count in their state, and its sidecar.</summary>
internal sealed class ActorSite : IAsyncDisposable
{
    private readonly HttpApp app;
    private readonly ActorWitness witness;
    private readonly TaskCompletionSource<SidecarProcess> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ActorSite(string name, HttpApp app, ActorWitness witness) => (Name, this.app, this.witness) = (name, app, witness);

    public string Name { get; }

    public HttpApp App => app;

    public SidecarProcess Sidecar => started.Task.Result;

    /// <summary>Its sidecar has been killed: what its app still does is nobody's business.</summary>
    public bool IsDead { get; private set; }

    public static async Task<ActorSite> StartAsync(string name, string type, IReadOnlyList<string> ids, ActorWitness witness, SidecarOptions options, string config = "")
    {
        var site = new ActorSite(name, await HttpApp.StartAsync(), witness);
        var port = Port.Free();
        site.app.Answers("/dapr/config", 200, $$"""{"entities":["{{type}}"]{{config}}}""");
        foreach (var id in ids)
        {
            site.app.Answers($"/actors/{type}/{id}/method/add", (_, context) => site.AddAsync(type, id, context));
            site.app.Answers($"/actors/{type}/{id}", (_, _) =>
            {
                witness.Deactivated(site, id);
                return Task.CompletedTask;
            });
        }
        site.started.SetResult(await SidecarProcess.StartAsync(options with { HttpPort = port, AppPort = site.app.PortNumber }));
        return site;
    }

    /// <summary>As <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        IsDead = true;
        await Sidecar.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!IsDead)
        {
            await KillAsync();
        }
        await app.DisposeAsync();
    }

    private async Task AddAsync(string type, string id, HttpContext context)
    {
        witness.Begin(this, id);
        try
        {
            await started.Task; // calls may come as soon as it serves, which is before anybody here knows
            var sum = await StateAsync(type, id) + 1;
            await Sidecar.Http.SendAsync("POST", $"/v1.0/actors/{type}/{id}/state", $$$"""[{"operation":"upsert","request":{"key":"sum","value":{{{sum}}}}}]""").SucceedsAsync();
            witness.Turns.AddOrUpdate(id, 1, (_, before) => before + 1);
            await context.Response.WriteAsync($"{sum}");
        }
        catch (Exception e)
        {
            context.Response.StatusCode = 500; // and why, which the caller gets to see
            await context.Response.WriteAsync($"{Name}: {e.Message}");
        }
        finally
        {
            witness.End(this, id);
        }
    }

    public async Task<int> StateAsync(string type, string id)
    {
        using var answer = await Sidecar.Http.GetAsync($"/v1.0/actors/{type}/{id}/state/sum");
        return await answer.TextAsync() is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
    }
}
