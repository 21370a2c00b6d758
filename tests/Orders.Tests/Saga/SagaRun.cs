using Dapr.Workflow;
using Moq;
using Orders.Cancelling;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Tests.Saga;

/// <summary>Runs the saga against a workflow context that gives prepared answers, and records the calls of the saga.</summary>
internal sealed class SagaRun
{
    public static readonly PlacedOrder Input = new(
        "o1",
        "customer-1",
        [new OrderLine("product-1", 2, 500)],
        1000,
        "EUR",
        "tok_ok",
        new Destination("Ada", "Main St 1", "Graz", "8010", "AT"),
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        "abc",
        new SagaRetries(3, 5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10))
    );

    private readonly Mock<WorkflowContext> context = new(MockBehavior.Strict);
    private readonly Dictionary<string, Queue<Answer>> answers = [];
    private readonly Queue<InterventionDecided> decisions = [];
    private readonly Queue<ApprovalAnswer> approvals = [];
    private DateTime now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private Answer? failing;
    private Answer? retried;

    public SagaRun()
    {
        context.Setup(workflow => workflow.CurrentUtcDateTime).Returns(() => now);
        context
            .Setup(workflow => workflow.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>()))
            .Returns((DateTime due, CancellationToken _) => Pause(due - now));
        context
            .Setup(workflow => workflow.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .Returns((TimeSpan pause, CancellationToken _) => Pause(pause));
        context
            .Setup(workflow =>
                workflow.CallActivityAsync<StepReply>(It.IsAny<string>(), It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>())
            )
            .Returns((string name, object? input, WorkflowTaskOptions? _) => AnswerAsync(name, input));
        context.Setup(workflow => workflow.InstanceId).Returns("o1");
        context
            .Setup(workflow =>
                workflow.CallActivityAsync<InterventionDecided?>(
                    "RequireIntervention",
                    It.IsAny<object?>(),
                    It.IsAny<WorkflowTaskOptions?>()
                )
            )
            .Returns((string _, object? input, WorkflowTaskOptions? _) => Require((InterventionRequest)input!));
        context
            .Setup(workflow =>
                workflow.CallActivityAsync<ApprovalAnswer>("AskForApproval", It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>())
            )
            .Returns(() => AskForApproval());
        context
            .Setup(workflow => workflow.WaitForExternalEventAsync<object?>("wake", It.IsAny<TimeSpan>()))
            .Returns((string _, TimeSpan longest) => SleepAsync(longest));
        context
            .Setup(workflow => workflow.SetCustomStatus(It.IsAny<object?>()))
            .Callback((object? status) => Show((IReadOnlyList<SagaStep>)status!));
    }

    /// <summary>Activities in the order they were called, each with its retries once, and waits for a person.</summary>
    public List<string> Did { get; } = [];

    public Dictionary<string, object?> Inputs { get; } = [];

    /// <summary>How often each activity was called in all.</summary>
    public Dictionary<string, int> Calls { get; } = [];

    /// <summary>The pauses between attempts.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    /// <summary>The states of the four steps, each time one of them changed.</summary>
    public List<string> Statuses { get; } = [];

    /// <summary>The custom status as it was set last.</summary>
    public IReadOnlyList<SagaStep> Steps { get; private set; } = [];

    public SagaRun Refuses(string activity, string reason, string? code = null) =>
        Answers(activity, new Answer(int.MaxValue, null, new StepReply(false, reason, code)));

    /// <summary>The activity takes a second each time, fails so often for technical reasons, and then works.</summary>
    public SagaRun Falters(string activity, string error, int attempts) =>
        Answers(activity, new Answer(attempts, error, StepReply.Success));

    public SagaRun Fails(string activity, string error, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Answers(activity, new Answer(int.MaxValue, error, StepReply.Success));
        }
        return this;
    }

    /// <summary>What was put before a person.</summary>
    public List<InterventionRequest> Interventions { get; } = [];

    /// <summary>How long the saga was ready to sleep, each time.</summary>
    public List<TimeSpan> Sleeps { get; } = [];

    /// <summary>The answer that the next wake-up brings.</summary>
    public SagaRun Decides(OperatorDecision decision, string? note = null)
    {
        decisions.Enqueue(new InterventionDecided(1, decision, note, "eve", default));
        return this;
    }

    /// <summary>The answers to the requests for approval, in their order.</summary>
    public SagaRun Approval(params ApprovalAnswer[] answers)
    {
        foreach (var answer in answers)
        {
            approvals.Enqueue(answer);
        }
        return this;
    }

    /// <summary>All answers are there already, so that the saga is at its end, or waits for a person, when this returns.</summary>
    public Task<OrderStatus> StartAsync(PlacedOrder? input = null) => new OrderSaga().RunAsync(context.Object, input ?? Input);

    public Task<OrderStatus> StartCancelAsync(CancelSagaInput input) => new CancelSaga().RunAsync(context.Object, input);

    private SagaRun Answers(string activity, Answer answer)
    {
        if (!answers.TryGetValue(activity, out var queue))
        {
            answers[activity] = queue = new Queue<Answer>();
        }
        queue.Enqueue(answer);
        return this;
    }

    private Task<StepReply> AnswerAsync(string name, object? input)
    {
        now += TimeSpan.FromSeconds(1);
        Calls[name] = Calls.GetValueOrDefault(name) + 1;
        Inputs[name] = input;
        var answer = retried;
        if (answer is null)
        {
            Did.Add(name);
            answer =
                answers.TryGetValue(name, out var queue) && queue.TryDequeue(out var next) ? next : new Answer(0, null, StepReply.Success);
        }
        retried = null;
        if (answer is not { Error: { } error, Failures: > 0 })
        {
            return Task.FromResult(answer.Outcome);
        }
        failing = answer with { Failures = answer.Failures - 1 };
        return Task.FromException<StepReply>(
            new WorkflowTaskFailedException("failed", new WorkflowTaskFailureDetails("System.Net.Http.HttpRequestException", error))
        );
    }

    /// <summary>The pause before another attempt at what has failed last.</summary>
    private Task Pause(TimeSpan pause)
    {
        Pauses.Add(pause);
        now += pause;
        retried = failing;
        return Task.CompletedTask;
    }

    private void Show(IReadOnlyList<SagaStep> steps)
    {
        Steps = steps;
        var states = string.Join(' ', steps.Select(step => step.State.ToString().ToLowerInvariant()));
        if (Statuses.LastOrDefault() != states)
        {
            Statuses.Add(states);
        }
    }

    /// <summary>The first request has no answer yet; the one after the sleep has.</summary>
    private Task<InterventionDecided?> Require(InterventionRequest request)
    {
        if (Interventions.LastOrDefault() is not { } last || (last.Step, last.Ordinal) != (request.Step, request.Ordinal))
        {
            Interventions.Add(request);
            return Task.FromResult<InterventionDecided?>(null);
        }
        return Task.FromResult(decisions.TryDequeue(out var decision) ? decision : null);
    }

    private Task<ApprovalAnswer> AskForApproval()
    {
        Did.Add("AskForApproval");
        return Task.FromResult(approvals.Dequeue());
    }

    private Task<object?> SleepAsync(TimeSpan longest)
    {
        Did.Add("wait");
        Sleeps.Add(longest);
        return decisions.Count > 0 || approvals.Count > 0 ? Task.FromResult<object?>(null) : new TaskCompletionSource<object?>().Task;
    }

    /// <summary>An activity's answer, after so many failures if there is an error.</summary>
    private sealed record Answer(int Failures, string? Error, StepReply Outcome);
}
