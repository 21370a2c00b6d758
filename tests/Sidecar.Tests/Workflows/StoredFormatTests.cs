using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Tests.Workflows;

/// <summary>Stored data must stay readable: these tests fail when a stored name or format changes.</summary>
public sealed class StoredFormatTests
{
    [Fact]
    public async Task Keys_are_those_of_the_runtimes_workflow_actors()
    {
        var script = new Script().Workflow("wait", async flow =>
        {
            flow.CustomStatus = "s";
            return await flow.Event("go");
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("wait", "w");
        await host.StatusAsync("w", OrchestrationStatus.Running);
        const string type = "app||dapr.internal.default.app.workflow";

        Assert.Equal(
            [
                $"{type}-index||w",
                $"{type}-pending||w",
                $"{type}||w||customStatus",
                $"{type}||w||history-000000",
                $"{type}||w||history-000001",
                $"{type}||w||metadata",
            ],
            host.Store.Keys
        );
        var stored = host.Store.Snapshot();
        Assert.NotNull(HistoryEvent.Parser.ParseFrom(stored[$"{type}||w||history-000001"].Value.Span).ExecutionStarted);
        Assert.Equal("1002" + "1801", Convert.ToHexString(stored[$"{type}||w||metadata"].Value.Span));
    }

    [Theory]
    [InlineData(0, 0, 1UL)]
    [InlineData(3, 999_999, 1_000_000UL)]
    public void Stored_instance_metadata_can_be_read_again(int inbox, int history, ulong generation)
    {
        var metadata = new InstanceMetadata(inbox, history, generation);

        Assert.Equal(metadata, InstanceMetadata.Parse(metadata.ToBytes()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("execution-1")]
    public void An_inbox_value_is_a_history_event_that_also_names_its_execution(string? execution)
    {
        var @event = HistoryEvents.Raised(DateTimeOffset.UnixEpoch, "e", "data");
        var bytes = InboxValue.ToBytes(@event, execution);

        Assert.Equal(execution, InboxValue.Parse(bytes).ForExecution);
        Assert.Equal("e", HistoryEvent.Parser.ParseFrom(bytes).EventRaised.Name);
        Assert.Equal("data", InboxValue.Parse(bytes).Event.EventRaised.Input);
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false)]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", false)]
    [InlineData("", false)]
    public void An_invalid_trace_context_is_dropped(string parent, bool kept) =>
        Assert.Equal(kept, TraceContexts.Sane(new TraceContext { TraceParent = parent }) is not null);

    [Fact]
    public void A_new_trace_context_is_valid() =>
        Assert.NotNull(TraceContexts.Sane(TraceContexts.NewRoot(() => Guid.NewGuid().ToString())));

    [Theory]
    [InlineData(0, "p:0000")]
    [InlineData(10, "p:000a")]
    [InlineData(65535, "p:ffff")]
    public void Child_ids_are_derived_from_the_parent(int action, string id) => Assert.Equal(id, ChildInstanceIds.Of("p", action));
}
