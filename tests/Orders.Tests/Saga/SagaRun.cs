using Dapr.Workflow;
using Moq;
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
    private readonly Queue<InterventionDecision> decisions = [];

    public SagaRun()
    {
        context.Setup(workflow => workflow.CurrentUtcDateTime).Returns(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        context.Setup(workflow => workflow.CallActivityAsync<StepOutcome>(It.IsAny<string>(), It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>()))
            .Returns((string name, object? input, WorkflowTaskOptions? options) => AnswerAsync(name, input, options));
        context.Setup(workflow => workflow.WaitForExternalEventAsync<InterventionDecision>("intervention-decided", It.IsAny<CancellationToken>()))
            .Returns(() => DecideAsync());
        context.Setup(workflow => workflow.SetCustomStatus(It.IsAny<object?>()))
            .Callback((object? status) => Statuses.Add(string.Join(' ', ((IEnumerable<SagaStepView>)status!).Select(step => step.State.ToString().ToLowerInvariant()))));
    }

    /// <summary>Activities in the order they were called, and waits for a person.</summary>
    public List<string> Did { get; } = [];

    public Dictionary<string, object?> Inputs { get; } = [];

    public Dictionary<string, WorkflowRetryPolicy> Policies { get; } = [];

    /// <summary>The states of the four steps, each time the custom status was set.</summary>
    public List<string> Statuses { get; } = [];

    public SagaRun Refuses(string activity, string reason) => Answers(activity, () => Task.FromResult(new StepOutcome(false, reason)));

    public SagaRun Fails(string activity, string error, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Answers(activity, () => Task.FromException<StepOutcome>(new WorkflowTaskFailedException("failed", new WorkflowTaskFailureDetails("System.Net.Http.HttpRequestException", error))));
        }
        return this;
    }

    public SagaRun Decides(Decision decision, string? note = null)
    {
        decisions.Enqueue(new InterventionDecision(decision, note, "eve"));
        return this;
    }

    /// <summary>All answers are there already, so that the saga is at its end, or waits for a person, when this returns.</summary>
    public Task<OrderStatus> StartAsync() => new OrderSaga().RunAsync(context.Object, Input);

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

    private Task<InterventionDecision> DecideAsync()
    {
        Did.Add("wait");
        return decisions.TryDequeue(out var decision) ? Task.FromResult(decision) : new TaskCompletionSource<InterventionDecision>().Task;
    }
}
