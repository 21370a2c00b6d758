using Conformance.Running;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conformance.Apps;

public interface IAccount : IActor
{
    Task<int> AddAsync(int amount);

    Task<int> AddThroughAsync(string otherAccount);

    Task<int> AddBackAsync(string account);

    Task FailAsync(string reason);
}

/// <summary>An actor as users write it: state through the SDK, calls to others through its proxies.</summary>
[Actor(TypeName = TypeName)]
public sealed class Account(ActorHost host) : Actor(host), IAccount
{
    public const string TypeName = "Account";
    private const string Sum = "sum";

    public async Task<int> AddAsync(int amount)
    {
        var sum = await StateManager.AddOrUpdateStateAsync(Sum, amount, (_, before) => before + amount);
        await SaveStateAsync();
        return sum;
    }

    /// <summary>Has another account add to this one, which waits for it: a circle that only reentrancy opens.</summary>
    public Task<int> AddThroughAsync(string otherAccount) => Proxy(otherAccount).InvokeMethodAsync<string, int>(nameof(AddBackAsync), Id.GetId());

    public Task<int> AddBackAsync(string account) => Proxy(account).InvokeMethodAsync<int, int>(nameof(AddAsync), 1);

    public Task FailAsync(string reason) => throw new InvalidOperationException(reason);

    private ActorProxy Proxy(string account) => ProxyFactory.Create(new ActorId(account), TypeName);
}

/// <summary>An app built on Dapr.Actors, as it is, beside the sidecar whose HTTP port it is told.</summary>
internal sealed class SdkActorApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private SdkActorApp(WebApplication web, int port) => (this.web, PortNumber) = (web, port);

    public int PortNumber { get; }

    public static async Task<SdkActorApp> StartAsync(int sidecarPort)
    {
        var port = Port.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        builder.Services.AddRouting();
        builder.Services.AddActors(actors =>
        {
            actors.HttpEndpoint = $"http://127.0.0.1:{sidecarPort}";
            actors.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = 4 };
            actors.Actors.RegisterActor<Account>();
        });
        var app = new SdkActorApp(builder.Build(), port);
        app.web.MapActorsHandlers();
        await app.web.StartAsync();
        return app;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();
}
