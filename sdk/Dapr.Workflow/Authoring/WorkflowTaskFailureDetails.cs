namespace Dapr.Workflow;

/// <summary>A failure as it is recorded: the exception itself does not travel.</summary>
/// <param name="errorType">Full name of the exception's type, or a name such as <c>WorkflowNotFound</c>.</param>
/// <param name="errorMessage">The exception's message.</param>
/// <param name="stackTrace">Null where none was recorded.</param>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    // Missing parts are told to who reads them, not to who makes the details: a mock of a failure need not be whole.
    public string ErrorType => errorType ?? throw new ArgumentNullException(nameof(errorType));

    public string ErrorMessage => errorMessage ?? throw new ArgumentNullException(nameof(errorMessage));

    public string? StackTrace { get; } = stackTrace;

    /// <summary>
    /// Whether the failure was a <typeparamref name="T"/> or derives from it. False for a type that can't be found by name here.
    /// </summary>
    public bool IsCausedBy<T>() where T : Exception => errorType is not null && FailureTypes.Find(errorType, typeof(T)) is { } type && type.IsAssignableTo(typeof(T));

    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}
