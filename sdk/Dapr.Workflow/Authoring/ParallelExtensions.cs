namespace Dapr.Workflow;

public static class ParallelExtensions
{
    /// <summary>
    /// Runs one task per input, at most <paramref name="maxConcurrency"/> at a time, and returns the results in the inputs' order.
    /// A free place is filled as soon as a task ends; a failure stops none of the others.
    /// </summary>
    /// <exception cref="AggregateException">Tasks failed; it holds each failure and is thrown when all have ended.</exception>
    public static async Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context,
        IEnumerable<TInput> inputs,
        Func<TInput, Task<TResult>> taskFactory,
        int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);

        var all = inputs.ToList();
        var results = new TResult[all.Count];
        var failures = new List<Exception>();
        var running = new List<Task<TResult>>();
        var places = new List<int>();
        var next = 0;
        do
        {
            while (next < all.Count && running.Count < maxConcurrency)
            {
                places.Add(next);
                running.Add(Start(taskFactory, all[next++]));
            }

            if (running.Count == 0)
            {
                break;
            }

            var ended = running.IndexOf(await Task.WhenAny(running));
            await Collect(running[ended], places[ended]);
            running.RemoveAt(ended);
            places.RemoveAt(ended);
        }
        while (true);

        return failures.Count == 0
            ? results
            : throw new AggregateException($"{failures.Count} out of {all.Count} tasks failed", failures);

        async Task Collect(Task<TResult> task, int place)
        {
            try
            {
                results[place] = await task;
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }
    }

    // A factory that throws instead of returning a failed task counts as a failed task.
    private static Task<TResult> Start<TInput, TResult>(Func<TInput, Task<TResult>> taskFactory, TInput input)
    {
        try
        {
            return taskFactory(input);
        }
        catch (Exception failure)
        {
            return Task.FromException<TResult>(failure);
        }
    }
}
