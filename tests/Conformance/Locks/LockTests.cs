using Conformance.Running;
using Grpc.Core;
using Servers;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Locks;

/// <summary>A lock store as the suite sees it.</summary>
public abstract class LockDriver
{
    public virtual string? Missing => null;

    public virtual Task StartAsync() => Task.CompletedTask;

    public abstract string Component(string name);
}

public sealed class InMemoryLocks : LockDriver
{
    public override string? Missing => TestedSidecar.LacksComponent("lock.in-memory");

    public override string Component(string name) => Yaml.Component(name, "lock.in-memory");
}

public sealed class RedisLocks : LockDriver
{
    private readonly int database = SharedServers.NextRedisDatabase();
    private RedisProcess? server;

    public override string? Missing => RedisProcess.Missing;

    public override async Task StartAsync() => server = await SharedServers.RedisAsync();

    public override string Component(string name) =>
        Yaml.Component(name, "lock.redis", ("redisHost", $"127.0.0.1:{server!.Port}"), ("redisDB", $"{database}"));
}

public sealed class LockSidecar<TDriver> : IAsyncLifetime
    where TDriver : LockDriver, new()
{
    public TDriver Driver { get; } = new();

    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Driver.Missing is null)
        {
            await Driver.StartAsync();
            Sidecar = await TestedSidecar.StartAsync(
                new SidecarOptions
                {
                    AppId = "locker",
                    Isolated = true,
                    Resources = [Driver.Component("locks")],
                }
            );
        }
    }

    public async Task DisposeAsync() => await (Sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
}

public sealed class InMemoryLockTests(LockSidecar<InMemoryLocks> fixture) : LockTests<InMemoryLocks>(fixture);

public sealed class RedisLockTests(LockSidecar<RedisLocks> fixture) : LockTests<RedisLocks>(fixture);

/// <summary>The distributed lock API, the same for every store.</summary>
public abstract class LockTests<TDriver> : IClassFixture<LockSidecar<TDriver>>
    where TDriver : LockDriver, new()
{
    private const string Lock = "/v1.0-alpha1/lock/locks";
    private const string Unlock = "/v1.0-alpha1/unlock/locks";

    private readonly string resource = "resource-" + Guid.NewGuid().ToString("N")[..8];
    private readonly LockSidecar<TDriver> fixture;

    protected LockTests(LockSidecar<TDriver> fixture)
    {
        Skip.IfNot(fixture.Driver.Missing is null, fixture.Driver.Missing);
        this.fixture = fixture;
    }

    private HttpClient Http => fixture.Sidecar.Http;

    [SkippableFact]
    public async Task A_lock_has_one_owner_and_is_not_reentrant()
    {
        await TryAsync("one", true);
        await TryAsync("other", false);
        await TryAsync("one", false);
    }

    [SkippableFact]
    public async Task Unlocking_distinguishes_an_unknown_lock_from_another_owners()
    {
        await UnlockAsync("one", 1);
        await TryAsync("one", true);
        await UnlockAsync("other", 2);
        await UnlockAsync("one", 0);
        await UnlockAsync("one", 1);
        await TryAsync("other", true);
    }

    [SkippableFact]
    public async Task Expiry_frees_a_lock()
    {
        await Http.SendAsync("POST", Lock, Body("one", 1)).SucceedsAsync(200, """{"success":true}""");
        await Eventually.UntilAsync(
            async () =>
                (
                    await fixture.Sidecar.Grpc.TryLockAlpha1Async(
                        new()
                        {
                            StoreName = "locks",
                            ResourceId = resource,
                            LockOwner = "other",
                            ExpiryInSeconds = 60,
                        }
                    )
                ).Success,
            "the lock did not expire"
        );
    }

    [SkippableFact]
    public async Task A_lock_taken_over_HTTP_is_held_over_gRPC_too()
    {
        var request = new Protos.TryLockRequest
        {
            StoreName = "locks",
            ResourceId = resource,
            LockOwner = "one",
            ExpiryInSeconds = 60,
        };
        Assert.True((await fixture.Sidecar.Grpc.TryLockAlpha1Async(request)).Success);
        await TryAsync("other", false);
        Assert.Equal(
            Protos.UnlockResponse.Types.Status.LockBelongsToOthers,
            (
                await fixture.Sidecar.Grpc.UnlockAlpha1Async(
                    new()
                    {
                        StoreName = "locks",
                        ResourceId = resource,
                        LockOwner = "other",
                    }
                )
            ).Status
        );
        Assert.Equal(
            Protos.UnlockResponse.Types.Status.Success,
            (
                await fixture.Sidecar.Grpc.UnlockAlpha1Async(
                    new()
                    {
                        StoreName = "locks",
                        ResourceId = resource,
                        LockOwner = "one",
                    }
                )
            ).Status
        );
    }

    [SkippableTheory]
    [InlineData("{\"resourceId\":\"r\",\"lockOwner\":\"o\"}", "ExpiryInSeconds is not positive in lock store locks")]
    [InlineData("{\"resourceId\":\"r\",\"lockOwner\":\"o\",\"expiryInSeconds\":-1}", "ExpiryInSeconds is not positive in lock store locks")]
    [InlineData("{\"lockOwner\":\"o\",\"expiryInSeconds\":1}", "ResourceId is empty in lock store locks")]
    [InlineData("{\"resourceId\":\"r\",\"expiryInSeconds\":1}", "LockOwner is empty in lock store locks")]
    [InlineData("", "ExpiryInSeconds is not positive in lock store locks")]
    public Task An_incomplete_request_is_refused(string body, string message) =>
        Http.SendAsync("POST", Lock, body).FailsAsync(400, "ERR_MALFORMED_REQUEST", message);

    [SkippableTheory]
    [InlineData("x", "proto: syntax error (line 1:1): invalid value x")]
    [InlineData("null", "proto: syntax error (line 1:1): unexpected token null")]
    [InlineData("[]", "proto: syntax error (line 1:1): unexpected token [")]
    [InlineData("{\"resourceId\":5}", "proto: (line 1:15): invalid value for string field resourceId: 5")]
    [InlineData("{\n\"expiryInSeconds\":1.5}", "proto: (line 2:19): invalid value for int32 field expiryInSeconds: 1.5")]
    [InlineData("{\"expiryInSeconds\":99999999999}", "proto: (line 1:20): invalid value for int32 field expiryInSeconds: 99999999999")]
    public Task A_malformed_request_is_refused(string body, string message) =>
        Http.SendAsync("POST", Lock, body).FailsAsync(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + message);

    [SkippableFact]
    public async Task A_missing_lock_store_and_an_illegal_resource_are_refused()
    {
        await Http.SendAsync("POST", "/v1.0-alpha1/lock/nope", Body("one"))
            .FailsAsync(400, "ERR_LOCK_STORE_NOT_FOUND", "lock store nope not found");
        await Http.SendAsync("POST", Lock, "not json").FailsAsync(400, "ERR_MALFORMED_REQUEST");
        await Http.SendAsync("POST", Lock, """{"resourceId":"a||b","lockOwner":"o","expiryInSeconds":1}""")
            .FailsAsync(500, "ERR_TRY_LOCK", "failed to try acquiring lock: input key/keyPrefix 'a||b' can't contain '||'");
        await fixture
            .Sidecar.Grpc.UnlockAlpha1Async(
                new()
                {
                    StoreName = "nope",
                    ResourceId = "r",
                    LockOwner = "o",
                }
            )
            .FailsAsync(StatusCode.InvalidArgument, "lock store nope not found");
    }

    private Task TryAsync(string owner, bool success) =>
        Http.SendAsync("POST", Lock, Body(owner)).SucceedsAsync(200, success ? """{"success":true}""" : """{"success":false}""");

    private Task UnlockAsync(string owner, int status) =>
        Http.SendAsync("POST", Unlock, Body(owner)).SucceedsAsync(200, $$"""{"status":{{status}}}""");

    private string Body(string owner, int expiry = 60) =>
        $$"""{"resourceId":"{{resource}}","lockOwner":"{{owner}}","expiryInSeconds":{{expiry}}}""";
}
