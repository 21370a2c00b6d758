using System.Collections.Concurrent;
using Conformance.Apps;
using Conformance.Running;
using Conformance.Workflows;
using Dapr.Workflow;
using Grpc.Core;

namespace Conformance.Instances;

/// <summary>Several sidecars of one app id over one store: one of them runs the workflows and jobs, all of them take what is asked about them.</summary>
public sealed class InstanceWorkflowTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("conformance-instances-");
    private readonly string appId = $"shared-{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<string, int> prepared = new();
    private readonly List<IAsyncDisposable> running = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(running))
        {
            await part.DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Workflows_are_started_and_asked_for_at_any_instance_and_run_once()
    {
        var (_, one) = await StartAsync();
        var (_, other) = await StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => (number % 2 == 0 ? one : other).Client.ScheduleNewWorkflowAsync("approve", null, $"order-{number}")));
        foreach (var (number, id) in ids.Index())
        {
            var (near, far) = number % 2 == 0 ? (one, other) : (other, one);
            await far.Client.RaiseEventAsync(id, "decided", "yes");
            Assert.Equal($"order-{number} yes", (await near.Client.WaitForWorkflowCompletionAsync(id))!.ReadOutputAs<string>());
            Assert.Equal(WorkflowRuntimeStatus.Completed, (await far.Client.GetWorkflowStateAsync(id))!.RuntimeStatus);
        }
        Assert.Equal(12, prepared.Count);
        Assert.All(prepared.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task When_the_instance_that_runs_them_is_killed_another_goes_on_from_their_history()
    {
        var (killed, gone) = await StartAsync();
        var (_, other) = await StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => other.Client.ScheduleNewWorkflowAsync("approve", null, $"order-{number}")));
        foreach (var id in ids)
        {
            await Patience.UntilAsync(async () => (await other.Client.GetWorkflowStateAsync(id))!.ReadCustomStatusAs<string>() == "prepared", "the activity's result was not stored");
        }

        await EndAsync(gone);
        await EndAsync(killed);
        foreach (var (number, id) in ids.Index())
        {
            await Patience.UntilAsync(() => TryRaiseAsync(other.Client, id), "nobody took over the workflows");
            Assert.Equal($"order-{number} yes", (await other.Client.WaitForWorkflowCompletionAsync(id))!.ReadOutputAs<string>());
        }
        Assert.All(prepared.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_job_is_told_to_one_instance_and_after_its_end_to_another()
    {
        var (first, second) = (await HttpApp.StartAsync(), await HttpApp.StartAsync());
        running.AddRange([first, second]);
        var killed = await SidecarAsync(first);
        var left = await SidecarAsync(second);
        await left.Http.SendAsync("POST", "/v1.0-alpha1/jobs/now", """{"dueTime":"0s"}""").SucceedsAsync();
        await first.NextAsync("/job/now");
        await left.Http.SendAsync("POST", "/v1.0-alpha1/jobs/soon", """{"dueTime":"1s"}""").SucceedsAsync();
        await EndAsync(killed);
        await second.NextAsync("/job/soon");
        Assert.True(second.GotNothingMore("/job/now"));
    }

    private async Task EndAsync(IAsyncDisposable part)
    {
        running.Remove(part);
        await part.DisposeAsync();
    }

    /// <summary>What is on its way to an instance while that dies fails, and whoever called tries again.</summary>
    private static async Task<bool> TryRaiseAsync(DaprWorkflowClient client, string id)
    {
        try
        {
            await client.RaiseEventAsync(id, "decided", "yes");
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    private async Task<(SidecarProcess, WorkflowApp)> StartAsync()
    {
        var sidecar = await SidecarAsync(null);
        var app = await WorkflowApp.StartAsync(sidecar, options =>
        {
            options.RegisterWorkflow<string, string>("approve", async (context, order) =>
            {
                await context.CallActivityAsync<string>("prepare", order);
                context.SetCustomStatus("prepared");
                return $"{order} {await context.WaitForExternalEventAsync<string>("decided")}";
            });
            options.RegisterActivity<string, string>("prepare", (_, order) =>
            {
                prepared.AddOrUpdate(order, 1, (_, times) => times + 1);
                return Task.FromResult(order);
            });
        });
        running.Add(app);
        return (sidecar, app);
    }

    private async Task<SidecarProcess> SidecarAsync(HttpApp? app)
    {
        var sidecar = await SidecarProcess.StartAsync(new SidecarOptions
        {
            AppId = appId,
            AppPort = app?.PortNumber ?? 0,
            Resources = [Yaml.Component("actors", "state.sqlite", ("connectionString", Path.Combine(folder.FullName, "state.db")), ("actorStateStore", "true"))],
        });
        running.Add(sidecar);
        return sidecar;
    }
}
