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

    Task<int> CallItselfAsync(int times);

    Task RemindInAsync(TimeSpan dueTime, TimeSpan period);

    Task<int> TimesRemindedAsync();
}

/// <summary>An actor as users write it: state through the SDK, calls to others through its proxies.</summary>
[Actor(TypeName = TypeName)]
public sealed class Account(ActorHost host) : Actor(host), IAccount, IRemindable
{
    public const string TypeName = "Account";

    /// <summary>The same without reentrancy.</summary>
    public const string PlainTypeName = "PlainAccount";

    public const int MaxStackDepth = 4;
    private const string Sum = "sum";
    private const string Reminded = "reminded";

    public async Task<int> AddAsync(int amount)
    {
        var sum = await StateManager.AddOrUpdateStateAsync(Sum, amount, (_, before) => before + amount);
        await SaveStateAsync();
        return sum;
    }

    /// <summary>Has another account add to this one, which waits for it: a circle that only reentrancy opens.</summary>
    public Task<int> AddThroughAsync(string otherAccount) =>
        Proxy(otherAccount).InvokeMethodAsync<string, int>(nameof(AddBackAsync), Id.GetId());

    public Task<int> AddBackAsync(string account) => Proxy(account).InvokeMethodAsync<int, int>(nameof(AddAsync), 1);

    public Task FailAsync(string reason) => throw new InvalidOperationException(reason);

    public async Task<int> CallItselfAsync(int times) =>
        times == 0 ? 0 : 1 + await Proxy(Id.GetId()).InvokeMethodAsync<int, int>(nameof(CallItselfAsync), times - 1);

    public Task RemindInAsync(TimeSpan dueTime, TimeSpan period) => RegisterReminderAsync("tick", null, dueTime, period);

    public Task<int> TimesRemindedAsync() => StateManager.GetOrAddStateAsync(Reminded, 0);

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        await StateManager.AddOrUpdateStateAsync(Reminded, 1, (_, before) => before + 1);
        await SaveStateAsync();
    }

    private ActorProxy Proxy(string account) => ProxyFactory.Create(new ActorId(account), Host.ActorTypeInfo.ActorTypeName);
}

/// <summary>An app built on the unmodified Dapr.Actors, connected to the sidecar with the given HTTP port.</summary>
internal sealed class SdkActorApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private SdkActorApp(WebApplication web, int port) => (this.web, PortNumber) = (web, port);

    public int PortNumber { get; }

    /// <param name="type">A type of its own, for an app whose actors no other app of the suite may host.</param>
    public static async Task<SdkActorApp> StartAsync(int sidecarPort, string type = Account.TypeName)
    {
        var port = Port.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        builder.Services.AddRouting();
        builder.Services.AddActors(actors =>
        {
            actors.HttpEndpoint = $"http://127.0.0.1:{sidecarPort}";
            actors.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = Account.MaxStackDepth };
            actors.Actors.RegisterActor<Account>(type);
            actors.Actors.RegisterActor<Account>(
                Account.PlainTypeName,
                new ActorRuntimeOptions { ReentrancyConfig = new ActorReentrancyConfig { Enabled = false } }
            );
        });
        var app = new SdkActorApp(builder.Build(), port);
        app.web.MapActorsHandlers();
        await app.web.StartAsync();
        return app;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();
}
