namespace Console.Edge;

public sealed record ProductView(string ProductId, string Name, long Price, string Currency, int Available, int Reserved, int Sold);
