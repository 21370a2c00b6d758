using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Components;
using Sidecar.Hosting;
using Sidecar.Jobs;
using Sidecar.Names;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.State.Drivers;
using Sidecar.Tracing;

namespace Sidecar.Tests.Blocks;

/// <summary>The connection of a sidecar to an app whose health it probes.</summary>
public sealed class AppConnectionTests : IDisposable
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly TcpListener port = new(IPAddress.Loopback, 0);

    public AppConnectionTests() => port.Start();

    public void Dispose()
    {
        port.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_probe_that_the_end_of_the_sidecar_cancels_is_no_failure_of_the_app()
    {
        var readiness = new AppReadiness();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var probes = 0;
        var channel = new Mock<IAppChannel>();
        channel
            .Setup(app => app.ProbeAsync(It.IsAny<CancellationToken>()))
            .Returns((CancellationToken cancellation) => ++probes == 1 ? Task.FromResult(true) : FailAsync(cancellation));
        await using var components = new ComponentSet([]);
        await using var store = new InMemoryStateStore(Time);
        await using var jobs = new JobService("app", new JobStore("app", store), Time, NullLogger.Instance);
        var connection = Connect(readiness, channel.Object, components, jobs);

        await connection.StartAsync(default);
        await hanging.Task.WaitAsync(Limit, Time);
        await connection.DisposeAsync();

        Assert.True(readiness.IsHealthy);

        async Task<bool> FailAsync(CancellationToken cancellation)
        {
            hanging.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private AppConnection Connect(AppReadiness readiness, IAppChannel channel, ComponentSet components, JobService jobs)
    {
        var options = new AppOptions
        {
            AppId = "app",
            AppPort = ((IPEndPoint)port.LocalEndpoint).Port,
            AppHealthCheck = true,
            AppHealthThreshold = 1,
            AppHealthProbeInterval = TimeSpan.FromMilliseconds(50),
            AppHealthProbeTimeout = Limit,
            DisabledInitEndpoints = ["config", "subscribe"],
        };
        var loggers = NullLoggerFactory.Instance;
        var policies = new PolicyBook("app", [], Time);
        var tracer = new Tracer("app", TracingOptions.Default, loggers);
        var queries = new StartupQueries(options, NullLogger.Instance);
        var events = new AppEvents(
            options,
            new ResourceSet([], [], [], []),
            components,
            new SubscriptionManager(
                "app",
                components,
                new PumpFactory("app", components, policies, tracer, TimeSpan.Zero, Time, loggers),
                Time,
                NullLogger<SubscriptionManager>.Instance
            ),
            new InputBindings(
                "app",
                Limit,
                components,
                policies,
                new BindingsApi("app", components, policies, Time),
                tracer,
                Time,
                NullLogger<InputBindings>.Instance
            ),
            jobs,
            channel,
            readiness,
            queries,
            NullLogger.Instance
        );
        var actors = new ActorHosting(options, components, policies, new SidecarRegistry(folder), Time, loggers);
        return new AppConnection(options, channel, readiness, actors, events, queries, () => { }, Time, NullLogger.Instance);
    }
}
