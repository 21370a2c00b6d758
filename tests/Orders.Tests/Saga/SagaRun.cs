using Dapr.Workflow;
using Moq;
using Orders.Approving;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Saga;
using Orders.Services;

namespace Orders.Tests.Saga;

/// <summary>Runs the saga against a workflow context that answers as told, and writes down what the saga did.</summary>
internal sealed class SagaRun
{
    public static readonly OrderSagaInput Input = new(
        "o1", "customer-1", [new OrderLine("product-1", 2, 500)], 1000, "EUR", "tok_ok", new DestinationInfo("Ada", "Main St 1", "Graz", "8010", "AT"),
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "abc", new SagaRetries(3, 5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)));

    private readonly Mock<WorkflowContext> context = new(MockBehavior.Strict);
    private readonly Dictionary<string, Queue<Func<Task<StepOutcome>>>> answers = [];
    private readonly Queue<InterventionDecided> decisions = [];
    private readonly Queue<ApprovalAnswer> approvals = [];

    public SagaRun()
    {
        context.Setup(workflow => workflow.CurrentUtcDateTime).Returns(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        context.Setup(workflow => workflow.CallActivityAsync<StepOutcome>(It.IsAny<string>(), It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>()))
            .Returns((string name, object? input, WorkflowTaskOptions? options) => AnswerAsync(name, input, options));
        context.Setup(workflow => workflow.InstanceId).Returns("o1");
        context.Setup(workflow => workflow.CallActivityAsync<InterventionDecided?>("RequireIntervention", It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>()))
            .Returns((string _, object? input, WorkflowTaskOptions? _) => Require((InterventionRequest)input!));
        context.Setup(workflow => workflow.CallActivityAsync<ApprovalAnswer>("AskForApproval", It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>()))
            .Returns(() => AskForApproval());
        context.Setup(workflow => workflow.WaitForExternalEventAsync<object?>("wake", It.IsAny<TimeSpan>()))
            .Returns((string _, TimeSpan longest) => SleepAsync(longest));
        context.Setup(workflow => workflow.SetCustomStatus(It.IsAny<object?>()))
            .Callback((object? status) => Statuses.Add(string.Join(' ', ((IEnumerable<SagaStepView>)status!).Select(step => step.State.ToString().ToLowerInvariant()))));
    }

    /// <summary>Activities in the order they were called, and waits for a person.</summary>
    public List<string> Did { get; } = [];

    public Dictionary<string, object?> Inputs { get; } = [];

    public Dictionary<string, WorkflowRetryPolicy> Policies { get; } = [];

    /// <summary>The states of the four steps, each time the custom status was set.</summary>
    public List<string> Statuses { get; } = [];

    public SagaRun Refuses(string activity, string reason, string? code = null) => Answers(activity, () => Task.FromResult(new StepOutcome(false, reason, code)));

    public SagaRun Fails(string activity, string error, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Answers(activity, () => Task.FromException<StepOutcome>(new WorkflowTaskFailedException("failed", new WorkflowTaskFailureDetails("System.Net.Http.HttpRequestException", error))));
        }
        return this;
    }

    /// <summary>What was put before a person.</summary>
    public List<InterventionRequest> Interventions { get; } = [];

    /// <summary>How long the saga was ready to sleep, each time.</summary>
    public List<TimeSpan> Sleeps { get; } = [];

    /// <summary>The answer that the next wake-up brings.</summary>
    public SagaRun Decides(Decision decision, string? note = null)
    {
        decisions.Enqueue(new InterventionDecided(1, decision, note, "eve", default));
        return this;
    }

    /// <summary>What the question for approval is answered, each time it is asked.</summary>
    public SagaRun Approval(params ApprovalAnswer[] answers)
    {
        foreach (var answer in answers)
        {
            approvals.Enqueue(answer);
        }
        return this;
    }

    /// <summary>All answers are there already, so that the saga is at its end, or waits for a person, when this returns.</summary>
    public Task<OrderStatus> StartAsync(OrderSagaInput? input = null) => new OrderSaga().RunAsync(context.Object, input ?? Input);

    public Task<OrderStatus> StartCancelAsync(CancelSagaInput input) => new CancelSaga().RunAsync(context.Object, input);

    private SagaRun Answers(string activity, Func<Task<StepOutcome>> answer)
    {
        if (!answers.TryGetValue(activity, out var queue))
        {
            answers[activity] = queue = new Queue<Func<Task<StepOutcome>>>();
        }
        queue.Enqueue(answer);
        return this;
    }

    private Task<StepOutcome> AnswerAsync(string name, object? input, WorkflowTaskOptions? options)
    {
        Did.Add(name);
        Inputs[name] = input;
        Policies[name] = options!.RetryPolicy!;
        return answers.TryGetValue(name, out var queue) && queue.TryDequeue(out var answer) ? answer() : Task.FromResult(StepOutcome.Success);
    }

    /// <summary>Asked for the first time there is no answer yet; after the sleep there is.</summary>
    private Task<InterventionDecided?> Require(InterventionRequest request)
    {
        if (Interventions.LastOrDefault()?.Ordinal != request.Ordinal)
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
}
