using Load;

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};
var parsed = LoadCommand.Create().Parse(args);
return parsed.Errors is [var error, ..]
    ? LoadCommand.Refuse(error.Message)
    : await parsed.InvokeAsync(configuration: null, interrupted.Token);
