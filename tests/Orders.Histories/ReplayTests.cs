using Google.Protobuf;
using Sidecar.Workflows.Protocol;

namespace Orders.Histories;

/// <summary>
/// Histories of real sagas, one of every course they can take, replayed over the wire by the worker of the Dapr.Workflow package with
/// today's code. A change that fails here would break the sagas that run while it is deployed: guard it with <c>IsPatched</c>, never with a
/// new recording. Those in a folder are of older orders: <c>order-written-by-saga</c>, whose first step wrote the order.
/// </summary>
public sealed class ReplayTests(ScriptedHub hub) : IClassFixture<ScriptedHub>
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recorded");

    public static TheoryData<string> Recorded => [.. Courses()];

    private static IEnumerable<string> Courses() =>
        Directory
            .EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(Folder, file), null))
            .Order(StringComparer.Ordinal);

    [Fact]
    public void Every_course_of_a_saga_is_recorded() =>
        Assert.Superset(
            new HashSet<string>
            {
                "confirmed",
                "out-of-stock",
                "declined",
                "not-served",
                "flaky",
                "approved",
                "rejected",
                "cancelled-while-approving",
                "intervention-resolved",
                "intervention-skipped",
                "confirmed-then-cancelled",
                "choreography-watch",
            },
            Courses().ToHashSet()
        );

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Todays_code_takes_the_recorded_course_turn_by_turn(string course)
    {
        var history = JsonParser
            .Default.Parse<GetInstanceHistoryResponse>(await File.ReadAllTextAsync(Path.Combine(Folder, $"{course}.json")))
            .Events.ToList();
        var turns = Turns(history);
        for (var turn = 0; turn < turns.Count; turn++)
        {
            var response = await RunAsync($"{course.Replace('/', '-')}-{turn}", turns.Take(turn).SelectMany(events => events), turns[turn]);

            var expected = turns[turn].Where(IsDecided).ToList();
            var decided = response.Actions.Where(action => action.CompleteWorkflow is null).ToList();
            Assert.Equal(expected.Select(Name), decided.Select(Name));
            var ended = response.Actions.SingleOrDefault(action => action.CompleteWorkflow is not null)?.CompleteWorkflow;
            var recorded = turns[turn].SingleOrDefault(one => one.ExecutionCompleted is not null)?.ExecutionCompleted;
            Assert.True(ended?.FailureDetails is null, $"turn {turn}: {ended?.FailureDetails}");
            Assert.Equal((recorded?.WorkflowStatus, recorded?.Result), (ended?.WorkflowStatus, ended?.Result));
        }
    }

    /// <summary>What the workflow decided in a turn stands in history before the next turn starts.</summary>
    private static List<List<HistoryEvent>> Turns(List<HistoryEvent> history)
    {
        var turns = new List<List<HistoryEvent>>();
        foreach (var @event in history)
        {
            if (@event.WorkflowStarted is not null || turns.Count == 0)
            {
                turns.Add([]);
            }
            turns[^1].Add(@event);
        }
        return turns;
    }

    private static bool IsDecided(HistoryEvent @event) => @event.TaskScheduled is not null || @event.TimerCreated is not null;

    private static string Name(HistoryEvent @event) =>
        @event.TaskScheduled is { } task ? $"{@event.EventId} {task.Name}" : $"{@event.EventId} timer";

    private static string Name(WorkflowAction action) =>
        action.ScheduleTask is { } task ? $"{action.Id} {task.Name}"
        : action.CreateTimer is not null ? $"{action.Id} timer"
        : $"{action.Id} {action}";

    private Task<WorkflowResponse> RunAsync(string instance, IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> turn) =>
        hub.RunAsync(
            new WorkflowRequest
            {
                InstanceId = instance,
                PastEvents = { past },
                NewEvents = { turn.Where(@event => !IsDecided(@event) && @event.ExecutionCompleted is null) },
            }
        );
}
